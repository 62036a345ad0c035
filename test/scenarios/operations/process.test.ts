import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance.ts';
import type { Venue } from '../../venues/venue.ts';

const main = new URL('../../../dist/main.js', import.meta.url).pathname;

type Child = ChildProcessByStdio<null, Readable, Readable>;

let binance: Venue;
let folder: string;
const children: Child[] = [];

beforeEach(async () => {
  binance = await createBinance();
  folder = mkdtempSync(join(tmpdir(), 'tickql-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
  await binance.close();
});

/** The built server as `npm start` runs it, with nothing of this environment but the path. */
function run(env: Readonly<Record<string, string>>, command = process.execPath, args = [main]): Child {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

async function readUntil(stream: Readable, pattern: RegExp): Promise<RegExpExecArray> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    const match = pattern.exec(text);
    if (match) return match;
  }
  throw new Error(`the output ended without ${pattern}: ${text}`);
}

test('the built server answers a query and a subscription of an exchange from the exchange file, and stops', async () => {
  const exchangeFile = join(folder, 'exchanges.json');
  writeFileSync(exchangeFile, JSON.stringify({ binance: binance.exchangeConfig }));
  binance.setTicker('BTC/USDT', { last: '65000.12' });
  const child = run({ EXCHANGE_CONFIG: exchangeFile, POLL_INTERVAL_MS: '50' });
  const [, address = ''] = await readUntil(child.stdout, /http:\/\/(localhost:\d+\/graphql).*ws:\/\/\1/);

  const response = await fetch(`http://${address}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `{
        ticker(exchange: "binance", symbol: "BTC/USDT") { last stale }
        candles(exchange: "binance", symbol: "BTC/USDT", timeframe: "1h", limit: 2) { closed }
      }`,
    }),
  });
  expect(await response.json()).toEqual({
    data: { ticker: { last: 65000.12, stale: false }, candles: [{ closed: true }, { closed: false }] },
  });

  const client = connect(`ws://${address}`);
  const operation = subscribe(
    client,
    'subscription { tickerUpdated(exchange: "binance", symbol: "BTC/USDT") { symbol last } }',
  );
  await operation.until(1);
  binance.setTicker('BTC/USDT', { last: '65001.5' });
  await operation.until(2);
  expect(operation.results.map(({ data }) => data.tickerUpdated.last)).toEqual([65000.12, 65001.5]);

  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  await operation.ended();
  expect(operation.error).toMatchObject({ code: 1001 });
});

test('under load it answers what is under way, closes sockets with 1001, ends event streams, and leaves with code 0', async () => {
  const exchangeFile = join(folder, 'exchanges.json');
  writeFileSync(exchangeFile, JSON.stringify({ binance: { ...binance.exchangeConfig, rateLimit: 1 } }));
  const child = run({ EXCHANGE_CONFIG: exchangeFile });
  const [, address = ''] = await readUntil(child.stdout, /http:\/\/(localhost:\d+\/graphql)/);
  const post = (query: string, accept: string): Promise<Response> =>
    fetch(`http://${address}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    });
  const document = 'subscription { tickerUpdated(exchange: "binance", symbol: "BTC/USDT") { last } }';
  const clients = Array.from({ length: 20 }, () => connect(`ws://${address}`));
  const operations = clients.map((client) => subscribe(client, document));
  await Promise.all(operations.map((operation) => operation.until(1)));
  const events = await post(document, 'text/event-stream');
  binance.delayMs = 1000;
  const slow = post('{ orderBook(exchange: "binance", symbol: "BTC/USDT") { symbol } }', 'application/json');
  await eventually(() => binance.count(/depth/) > 0);

  child.kill('SIGTERM');
  const exited = once(child, 'exit');
  await eventually(async () => (await fetch(`http://${address.replace('/graphql', '/ready')}`)).status === 503);
  expect(await (await slow).json()).toEqual({ data: { orderBook: { symbol: 'BTC/USDT' } } });
  expect(await events.text()).not.toContain('event: complete');
  await Promise.all(operations.map((operation) => operation.ended()));
  for (const { error } of operations) expect(error).toMatchObject({ code: 1001 });
  expect(await exited).toEqual([0, null]);
});

test('a signal that comes twice, as from npm on Ctrl-C, ends it as one does', async () => {
  const child = run({});
  await readUntil(child.stdout, /http:\/\/(localhost:\d+)/);
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a second signal ends it at once', async () => {
  const child = run({ SHUTDOWN_DELAY_MS: '60000' });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  await eventually(() => output.includes('TickQL is ready'));
  child.kill('SIGTERM');
  await eventually(() => output.includes('SIGTERM: stopping'));
  child.kill('SIGINT');
  expect(await exited).toEqual([null, 'SIGINT']);
});

test.each([
  ['a rejection', 'Promise.reject(error)'],
  ['an exception', 'throw error'],
])('%s that nobody handles is logged with its cause and ends it with code 1', async (_what, raise) => {
  const faulty = join(folder, 'faulty.mjs');
  writeFileSync(
    faulty,
    `process.on('SIGUSR2', () => {
      const error = new Error('outer', { cause: new Error('inner') });
      ${raise};
    });`,
  );
  const child = run({}, process.execPath, ['--import', faulty, main]);
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  await eventually(() => output.includes('TickQL is ready'));
  child.kill('SIGUSR2');
  expect(await exited).toEqual([1, null]);
  const fatal = output.split('\n').find((line) => line.includes('"level":60'));
  expect(JSON.parse(fatal ?? '{}')).toMatchObject({
    msg: 'an error that nobody handled: stopping',
    err: { message: 'outer: inner', stack: expect.stringContaining('caused by: Error: inner') },
  });
});

test.each([
  ['node', 'SIGINT', process.execPath, [main]],
  // npm hands the signal to its child, which must be the server and not a shell that leaves it behind.
  ['npm start', 'SIGTERM', 'npm', ['start', '--ignore-scripts']],
] as const)('%s ends with code 0 on %s', async (_name, signal, command, args) => {
  const child = run({}, command, [...args]);
  const [, address] = await readUntil(child.stdout, /http:\/\/(localhost:\d+)/);
  child.kill(signal);
  expect((await once(child, 'exit'))[0]).toBe(0);
  await expect(fetch(`http://${address}/graphql`)).rejects.toThrow();
});

test.each([
  [{ PORT: '70000' }, 'PORT is "70000"; it must be a whole number from 0 to 65535'],
  [{ EXCHANGES: 'karken' }, 'EXCHANGES names "karken", which is no exchange; did you mean kraken?'],
  [{ HOST: 'nowhere.invalid' }, 'HOST is no address of this machine'],
  [{ HOST: '203.0.113.7' }, 'HOST is no address of this machine'],
  [{ EXCHANGE_CONFIG: '/nowhere/file.json' }, 'EXCHANGE_CONFIG: the file /nowhere/file.json cannot be read'],
])('a wrong setting %j stops it with a sentence', async (env, sentence) => {
  const child = run(env);
  const exited = once(child, 'exit');
  await readUntil(child.stderr, new RegExp(sentence.replaceAll(/[?.]/g, '\\$&')));
  expect((await exited)[0]).toBe(1);
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
])('an exchange file of %j stops it with a sentence', async (options, sentence) => {
  const exchangeFile = join(folder, 'exchanges.json');
  writeFileSync(exchangeFile, JSON.stringify(options));
  const child = run({ EXCHANGE_CONFIG: exchangeFile });
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  expect((await exited)[0]).toBe(1);
  expect(output).toBe(`TickQL cannot start. ${sentence}\n`);
});

test('a port in use stops it with a sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address ? String(address.port) : '';
  const child = run({ PORT: port });
  const exited = once(child, 'exit');
  const lines: string[] = [];
  for await (const chunk of child.stderr) lines.push(String(chunk));
  expect(lines.join('')).toMatch(/^TickQL cannot start\. PORT is in use.*\n$/);
  expect((await exited)[0]).toBe(1);
  other.close();
});
