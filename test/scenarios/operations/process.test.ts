import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runBuilt } from '../../support/server/built-server.ts';
import { startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

let binance: Venue;

beforeEach(async () => {
  binance = await createBinance();
});

afterEach(() => binance.close());

test('the built server answers a query and a subscription of an exchange from the exchange file, and stops', async () => {
  binance.setTicker('BTC/USDT', { last: '65000.12' });
  await using server = await startServer({
    built: { env: { POLL_INTERVAL_MS: '50' }, exchangeFile: { binance: binance.exchangeConfig } },
  });
  expect(server.output).toMatch(/http:\/\/(localhost:\d+\/graphql).*ws:\/\/\1/);

  const answer = await server.query(`{
    ticker(exchange: "binance", symbol: "BTC/USDT") { last stale }
    candles(exchange: "binance", symbol: "BTC/USDT", timeframe: "1h", limit: 2) { closed }
  }`);
  expect(answer).toEqual({
    status: 200,
    errors: [],
    data: { ticker: { last: 65000.12, stale: false }, candles: [{ closed: true }, { closed: false }] },
  });

  const client = connect(server.webSocketUrl);
  const operation = subscribe(
    client,
    'subscription { tickerUpdated(exchange: "binance", symbol: "BTC/USDT") { symbol last } }',
  );
  await operation.until(1);
  binance.setTicker('BTC/USDT', { last: '65001.5' });
  await operation.until(2);
  expect(operation.results.map(({ data }) => data.tickerUpdated.last)).toEqual([65000.12, 65001.5]);

  expect(await server.stop()).toBe(0);
  await operation.ended();
  expect(operation.error).toMatchObject({ code: 1001 });
});

test('under load it answers the requests in flight, closes sockets with 1001, ends event streams, and exits with code 0', async () => {
  await using server = await startServer({
    built: { exchangeFile: { binance: { ...binance.exchangeConfig, rateLimit: 1 } } },
  });
  const post = (query: string, accept: string): Promise<Response> =>
    fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    });
  const document = 'subscription { tickerUpdated(exchange: "binance", symbol: "BTC/USDT") { last } }';
  const clients = Array.from({ length: 20 }, () => connect(server.webSocketUrl));
  const operations = clients.map((client) => subscribe(client, document));
  await Promise.all(operations.map((operation) => operation.until(1)));
  const events = await post(document, 'text/event-stream');
  binance.delayMs = 1000;
  const slow = post('{ orderBook(exchange: "binance", symbol: "BTC/USDT") { symbol } }', 'application/json');
  await eventually(() => binance.count(/depth/) > 0);

  server.child.kill('SIGTERM');
  await eventually(async () => (await server.send({ path: '/ready' })).status === 503);
  expect(await (await slow).json()).toEqual({ data: { orderBook: { symbol: 'BTC/USDT' } } });
  expect(await events.text()).not.toContain('event: complete');
  await Promise.all(operations.map((operation) => operation.ended()));
  for (const { error } of operations) expect(error).toMatchObject({ code: 1001 });
  expect(await server.ended).toEqual([0, null]);
});

test('a signal that arrives twice, as from npm on Ctrl-C, has the effect of one', async () => {
  await using server = await startServer({ built: {} });
  server.child.kill('SIGINT');
  server.child.kill('SIGINT');
  expect(await server.ended).toEqual([0, null]);
});

test('a second signal ends it at once', async () => {
  await using server = await startServer({ built: { env: { SHUTDOWN_DELAY_MS: '60000' } } });
  server.child.kill('SIGTERM');
  await eventually(() => server.output.includes('SIGTERM: stopping'));
  server.child.kill('SIGINT');
  expect(await server.ended).toEqual([null, 'SIGINT']);
});

test.each([
  ['a rejection', 'Promise.reject(error)'],
  ['an exception', 'throw error'],
])('%s without a handler is logged with its cause and ends it with code 1', async (_what, raise) => {
  const preload = `process.on('SIGUSR2', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    ${raise};
  });`;
  await using server = await startServer({ built: { preload } });
  server.child.kill('SIGUSR2');
  expect(await server.ended).toEqual([1, null]);
  const fatal = server.output.split('\n').find((line) => line.includes('"level":60'));
  expect(JSON.parse(fatal ?? '{}')).toMatchObject({
    msg: 'unhandled error: stopping',
    err: { message: 'outer: inner', stack: expect.stringContaining('caused by: Error: inner') },
  });
});

test.each([
  ['node', 'SIGINT', (program: readonly string[]) => program],
  // npm passes the signal on to its child, which must be the server and not a shell that leaves the server behind.
  ['npm start', 'SIGTERM', () => ['npm', 'start', '--ignore-scripts']],
] as const)('%s ends with code 0 on %s', async (_name, signal, toCommand) => {
  await using server = await startServer({ built: { toCommand } });
  server.child.kill(signal);
  expect((await server.ended)[0]).toBe(0);
  await expect(fetch(server.url)).rejects.toThrow();
});

test.each([
  [{ PORT: '70000' }, 'PORT is "70000"; it must be a whole number from 0 to 65535'],
  [{ EXCHANGES: 'karken' }, 'EXCHANGES names "karken", which is not an exchange; did you mean kraken?'],
  [{ HOST: 'nowhere.invalid' }, 'HOST is not an address of this machine'],
  [{ HOST: '203.0.113.7' }, 'HOST is not an address of this machine'],
  [{ EXCHANGE_CONFIG: '/nowhere/file.json' }, 'EXCHANGE_CONFIG: the file /nowhere/file.json cannot be read'],
])('an invalid setting %j stops it with a message', async (env, sentence) => {
  await using built = runBuilt({ env });
  expect(await built.ended).toEqual([1, null]);
  expect(built.output).toContain(sentence);
});

test.each([
  [
    { binance: { httpProxy: 'http://me:pr0xy-pass@127.0.0.1:1', socksProxy: 'socks5://127.0.0.1:1' } },
    'EXCHANGE_CONFIG: binance has both httpProxy and socksProxy, and each of them would apply to all requests; keep one of them.',
  ],
  [
    { sim: {}, kraken: { sandbox: true } },
    'EXCHANGE_CONFIG: kraken has no test network; remove sandbox from its options.',
  ],
])('an exchange file with %j stops it with a message', async (options, sentence) => {
  await using built = runBuilt({ exchangeFile: options });
  expect(await built.ended).toEqual([1, null]);
  expect(built.output).toBe(`TickQL cannot start. ${sentence}\n`);
});

test('a port in use stops it with a message', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address ? String(address.port) : '';
  await using built = runBuilt({ env: { PORT: port } });
  expect(await built.ended).toEqual([1, null]);
  expect(built.output).toMatch(/^TickQL cannot start\. PORT is in use.*\n$/m);
  other.close();
});
