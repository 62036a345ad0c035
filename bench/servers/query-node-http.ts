import { once } from 'node:events';
import { createServer } from 'node:http';
import { drive } from './query-driver.ts';

// The baseline: reads the whole request and answers with prepared bytes.

let answer = Buffer.alloc(0);
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
drive(address.port, (body) => {
  answer = Buffer.from(body);
});
