import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, openSocket, subscribe } from './support/socket-client.ts';
import { createBinance } from './venues/binance.ts';
import type { Venue } from './venues/venue.ts';

const main = new URL('../dist/main.js', import.meta.url).pathname;

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

test('a signal that comes twice, as from npm on Ctrl-C, ends it as one does', async () => {
  const child = run({});
  const [, address] = await readUntil(child.stdout, /http:\/\/(localhost:\d+)/);
  const socket = await openSocket(`ws://${address}/graphql`);
  // It does not answer the close frame, so that stopping takes its time.
  socket.pause();
  child.kill('SIGINT');
  const isOpen = (): Promise<boolean> =>
    fetch(`http://${address}/`, { method: 'HEAD', redirect: 'manual' }).then(
      () => true,
      () => false,
    );
  while (await isOpen());
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  socket.terminate();
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
