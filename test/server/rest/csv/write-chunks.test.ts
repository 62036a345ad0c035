import { once } from 'node:events';
import { createServer, get, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeChunks } from '../../../../src/server/rest/csv/write-chunks.ts';
import { eventually } from '../../../support/socket-client.ts';

const chunk = 'x'.repeat(100_000);

/** Far more than the buffers of the kernel take. */
const chunks = 1000;

let server: Server;
let response: ServerResponse | null;
let made: number;
let isOver: boolean;
let writing: Promise<void> | null;

async function* makeChunks(): AsyncGenerator<string> {
  try {
    for (made = 1; made <= chunks; made++) yield chunk;
  } finally {
    isOver = true;
  }
}

beforeEach(async () => {
  [response, made, isOver, writing] = [null, 0, false, null];
  server = createServer((_request, answer) => {
    response = answer;
    writing = writeChunks(answer, makeChunks());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

test('no chunk is made while the client reads nothing, nor after it has left', async () => {
  const address = server.address();
  if (!isAddress(address)) throw new TypeError('the server has no port');
  const [incoming] = await once(get({ port: address.port, host: '127.0.0.1', agent: false }), 'response');
  incoming.socket.pause();
  let before = -1;
  let unchanged = 0;
  // The buffers of the kernel can grow for a while.
  await eventually(() => {
    unchanged = made === before && response?.writableNeedDrain === true ? unchanged + 1 : 0;
    before = made;
    return unchanged > 30;
  });
  expect(made).toBeLessThan(chunks / 2);
  incoming.destroy();
  await eventually(() => isOver);
  await writing;
  expect(made).toBe(before);
});
