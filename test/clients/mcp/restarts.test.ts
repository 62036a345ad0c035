import { afterEach, expect, test } from 'vitest';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { clients, type McpClient } from './connect.ts';

const btc = { exchange: 'sim', symbol: 'BTC/USDT' };

let server: AppServer;
let client: McpClient;

afterEach(async () => {
  await client.close();
  await server.stop();
});

test.each(clients)('%s does not notice that the server is another one', async (_name, connect) => {
  const port = await findFreePort();
  server = await startServer({ config: { port } });
  client = await connect(`${server.origin}/mcp`);
  expect((await client.call('get_ticker', btc)).isError).toBe(false);
  await server.stop();
  server = await startServer({ config: { port } });
  // A client in the same process must first see that its connections have ended.
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  expect((await client.call('get_ticker', btc)).isError).toBe(false);
});

test.each(clients)('%s is refused without a key, and works with one', async (_name, connect) => {
  server = await startServer({ config: { apiKeys: ['a-secret-key-of-clients'] } });
  await expect(connect(`${server.origin}/mcp`)).rejects.toThrow();
  client = await connect(`${server.origin}/mcp`, { headers: { authorization: 'Bearer a-secret-key-of-clients' } });
  expect((await client.call('get_ticker', btc)).isError).toBe(false);
});

test.each(clients)('%s can cancel a call and go on', async (_name, connect) => {
  server = await startServer();
  client = await connect(`${server.origin}/mcp`);
  await client.listTools();
  const left = new AbortController();
  const called = client.call('get_candles', { ...btc, limit: 500, timeframe: '1m' }, left.signal);
  left.abort();
  await expect(called).rejects.toThrow();
  expect((await client.call('get_ticker', btc)).isError).toBe(false);
});
