import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { drive } from './driver.ts';
import { toTickerPayload } from './ticker-payload.ts';

// The baseline of event streams: writes one prepared event per tick to every response.

const responses = new Set<ServerResponse>();
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(':\n\n');
  responses.add(response);
  response.once('close', () => responses.delete(response));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');

let ticks = 0;
drive(address.port, () => {
  ticks += 1;
  const event = Buffer.from(`event: next\ndata: ${toTickerPayload(ticks)}\n\n`);
  for (const response of responses) response.write(event);
});
