import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { type PageFolder, writePageFiles } from '../../support/page-code.ts';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';

const said = 'ws://localhost:4000/graphql';

type Market = Readonly<Record<'exchange' | 'symbol' | 'timeframe', string>>;
type Watch<T extends readonly unknown[], V> = (
  ...args: [...T, onValue: (value: V) => void, onEnd: (reason?: unknown) => void]
) => () => void;

interface PageModule {
  readonly client: Client;
  readonly watchTickers: Watch<[readonly string[]], { readonly symbol: string; readonly last: number }>;
  readonly watchCandles: Watch<[Market, number], { readonly timestamp: number; readonly closed: boolean }>;
  readonly watchTrades: Watch<[Market, number], { readonly id: string; readonly timestamp: number }>;
}

let port: number;
let running: AppServer;
const folders: PageFolder[] = [];
const clients: Client[] = [];

beforeAll(async () => {
  // As a browser has it, and Node from 22 on.
  vi.stubGlobal('WebSocket', WebSocket);
  port = await findFreePort();
});

beforeEach(async () => {
  // The wait before a client connects again is random: here the shortest.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  running = await startServer({ config: { port, lingerMs: 0 } });
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
  for (const folder of folders.splice(0)) folder.remove();
  await running.stop();
  vi.restoreAllMocks();
});

afterAll(() => vi.unstubAllGlobals());

/** The page's modules, with the client for `url` and with other changes to it. */
async function load(changes: Readonly<Record<string, string>> = {}, url = running.webSocketUrl): Promise<PageModule> {
  const folder = writePageFiles({
    'client.ts': { [said]: url, ...changes },
    'tickers.ts': {},
    'candles.ts': {},
    'trades.ts': {},
  });
  folders.push(folder);
  const names = ['client', 'tickers', 'candles', 'trades'];
  const modules = await Promise.all(names.map((name) => import(`${folder.path}/${name}.ts`)));
  const page: PageModule = Object.assign({}, ...modules);
  clients.push(page.client);
  return page;
}

test('with the lines of the page a restart of the server ends no subscription; without them it ends each', async () => {
  const pages = [await load(), await load({ '  retryAttempts: Infinity,\n  shouldRetry: () => true,\n': '' })];
  const watched = pages.map(({ client, watchTickers }) => {
    const state = { symbols: new Set<string>(), ends: [] as unknown[], failures: 0 };
    client.on('error', () => {
      state.failures += 1;
    });
    const onEnd = (reason: unknown): unknown => state.ends.push(reason);
    watchTickers(['BTC/USDT', 'ETH/USDT'], ({ symbol }) => state.symbols.add(symbol), onEnd);
    return state;
  });
  await eventually(() => watched.every(({ symbols }) => symbols.size === 2));
  await running.stop();
  await eventually(() => watched.every(({ failures }) => failures > 0));
  running = await startServer({ config: { port, lingerMs: 0 } });
  for (const { symbols } of watched) symbols.clear();

  const [kept, ended] = watched;
  await eventually(() => kept?.symbols.size === 2);
  expect(kept?.ends).toEqual([]);
  expect(ended?.ends).toEqual([expect.objectContaining({ type: 'error' })]);
  expect(ended?.symbols.size).toBe(0);
  expect(running.app.counts.sockets).toBe(1);
});

test('a subscription that is refused ends once, with the errors', async () => {
  const { watchTickers } = await load();
  const ends: unknown[] = [];
  const seen: string[] = [];
  const onEnd = (reason: unknown): unknown => ends.push(reason);
  watchTickers(['NO/SUCH'], () => {}, onEnd);
  await eventually(() => ends.length > 0);
  watchTickers(['BTC/USDT'], ({ symbol }) => seen.push(symbol), onEnd);
  await eventually(() => seen.length > 0);
  expect(ends).toEqual([[expect.objectContaining({ message: expect.stringContaining('NO/SUCH') })]]);
});

test('a connection that silently died is replaced', async () => {
  const front = await startFront(port);
  const { watchTickers } = await load(
    { 'keepAlive: 10_000': 'keepAlive: 100', '5_000': '500' },
    `ws://127.0.0.1:${front.port}/graphql`,
  );
  const seen: number[] = [];
  const ends: unknown[] = [];
  watchTickers(
    ['BTC/USDT'],
    ({ last }) => seen.push(last),
    (reason) => ends.push(reason),
  );
  await eventually(() => seen.length > 0);
  front.silence();
  seen.length = 0;
  await eventually(() => seen.length > 0);
  expect(ends).toEqual([]);
  await front.close();
});

describe('since', () => {
  const market = { exchange: 'sim', symbol: 'BTC/USDT', timeframe: '1s' };

  test('candles go on after a reconnect where they were, without a gap', async () => {
    const { client, watchCandles } = await load();
    const seen: number[] = [];
    const ends: unknown[] = [];
    const begin = Math.floor(Date.now() / 1000) * 1000 - 5000;
    watchCandles(
      market,
      begin,
      ({ timestamp }) => seen.push(timestamp),
      (reason) => ends.push(reason),
    );
    await eventually(() => seen.length > 6);
    const before = seen.length;
    client.terminate();
    await eventually(() => (seen.at(-1) ?? 0) > (seen[before] ?? Number.POSITIVE_INFINITY));
    const distinct = [...new Set(seen)];
    expect(seen[before]).toBe(seen[before - 1]);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(distinct).toEqual(distinct.map((_, index) => begin + index * 1000));
    expect(ends).toEqual([]);
  });

  test('trades go on after a reconnect where they were, each once', async () => {
    const { client, watchTrades } = await load();
    const seen: { readonly id: string; readonly timestamp: number }[] = [];
    const ends: unknown[] = [];
    watchTrades(
      market,
      Date.now() - 5000,
      (trade) => seen.push(trade),
      (reason) => ends.push(reason),
    );
    await eventually(() => seen.length > 0);
    client.terminate();
    const before = seen.length;
    await eventually(() => seen.length > before);
    const ids = seen.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const { data } = await running.query(
      'query ($since: DateTime) { trades(exchange: "sim", symbol: "BTC/USDT", since: $since, limit: 1000) { id } }',
      { since: seen[0]?.timestamp },
    );
    const there: readonly string[] = data.trades.map(({ id }: { readonly id: string }) => id);
    expect(there.slice(there.indexOf(ids[0] ?? ''), there.indexOf(ids.at(-1) ?? '') + 1)).toEqual(ids);
    expect(ends).toEqual([]);
  });

  test('trades go on each once also where the last one before a reconnect was older than others', async () => {
    await running.stop();
    const kraken = await createKraken();
    running = await startServer({ config: { port }, venues: { kraken } });
    kraken.holdTrades('BTC/USD');
    const { client, watchTrades } = await load();
    const seen: string[] = [];
    const ends: unknown[] = [];
    const now = Date.now();
    const execute = (timestamp: number): unknown =>
      kraken.trade('BTC/USD', { price: '100', amount: '1', side: 'buy', timestamp });
    const onEnd = (reason?: unknown): unknown => ends.push(reason);
    watchTrades({ ...market, exchange: 'kraken', symbol: 'BTC/USD' }, now + 1, ({ id }) => seen.push(id), onEnd);
    await eventually(() => kraken.subscriptions.length === 1);
    for (const [index, afterMs] of [10, 20, 5].entries()) {
      execute(now + afterMs);
      await eventually(() => seen.length === index + 1);
    }
    const reconnected = new Promise<void>((resolve) => client.on('connected', () => resolve()));
    client.terminate();
    await reconnected;
    await eventually(() => running.app.counts.operations === 1);
    execute(Date.now());
    await eventually(() => seen.length > 3);
    expect(new Set(seen).size).toBe(seen.length);
    expect(ends).toEqual([]);
    await kraken.close();
  });
});

interface Front {
  readonly port: number;
  /** Passes nothing on any more of the connections that there are, and closes none. */
  silence(): void;
  close(): Promise<void>;
}

/** Passes connections on to a port. */
async function startFront(behind: number): Promise<Front> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((outer) => {
    const inner = connect({ host: '127.0.0.1', port: behind });
    outer.pipe(inner).pipe(outer);
    for (const socket of [outer, inner]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}
