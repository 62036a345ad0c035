import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { subscriptionExchange, Client as UrqlClient } from '@urql/core';
import { createClient, type Client as SocketClient } from 'graphql-ws';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { Clock } from '../../src/base/clock.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { readCatalogue } from '../../src/exchange/ccxt/catalogue.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';
import { type FakeServer, startServer } from '../support/server.ts';
import { eventually } from '../support/socket-client.ts';

// A page with one subscription per row, whose rows all change at once: sorted by another column, or the next page of it.

const query = `subscription ($symbol: String!) { tickerUpdated(exchange: "kraken", symbol: $symbol) { id last } }`;

/** What one row shows, and how to unmount it. */
interface Row {
  readonly last: number | null;
  readonly error: unknown;
  unmount(): void;
}

interface Page {
  mount(symbol: string): Row;
  close(): void;
}

interface Seen {
  last: number | null;
  error: unknown;
}

function toRow(seen: Seen, unmount: () => void): Row {
  return {
    get last() {
      return seen.last;
    },
    get error() {
      return seen.error;
    },
    unmount,
  };
}

const pages: Readonly<Record<string, (socket: SocketClient) => Page>> = {
  'graphql-ws': (socket) => ({
    mount: (symbol) => {
      const seen: Seen = { last: null, error: null };
      const unmount = socket.subscribe<{ tickerUpdated: { last: number } }>(
        { query, variables: { symbol } },
        {
          next: ({ data, errors }) => Object.assign(seen, { last: data?.tickerUpdated.last, error: errors ?? null }),
          error: (error) => Object.assign(seen, { error }),
          complete: () => {},
        },
      );
      return toRow(seen, unmount);
    },
    close: () => {},
  }),
  'Apollo Client 4': (socket) => {
    const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
    const document = gql(query);
    return {
      mount: (symbol) => {
        const seen: Seen = { last: null, error: null };
        const subscription = client
          .subscribe<{ tickerUpdated: { last: number } }>({ query: document, variables: { symbol } })
          .subscribe({
            next: ({ data, error }) => Object.assign(seen, { last: data?.tickerUpdated.last, error: error ?? null }),
            error: (error) => Object.assign(seen, { error }),
          });
        return toRow(seen, () => subscription.unsubscribe());
      },
      close: () => client.stop(),
    };
  },
  urql: (socket) => {
    const client = new UrqlClient({
      url: 'http://127.0.0.1/graphql',
      preferGetMethod: false,
      exchanges: [
        subscriptionExchange({
          forwardSubscription: ({ query: text = '', variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: socket.subscribe(
                { query: text, variables: variables ?? {} },
                {
                  next: ({ data = null, errors }) => sink.next({ data, ...(errors ? { errors } : {}) }),
                  error: (error) => sink.error(error),
                  complete: () => sink.complete(),
                },
              ),
            }),
          }),
        }),
      ],
    });
    return {
      mount: (symbol) => {
        const seen: Seen = { last: null, error: null };
        const { unsubscribe } = client
          .subscription<{ tickerUpdated: { last: number } }>(query, { symbol })
          .subscribe(({ data, error }) =>
            Object.assign(seen, { last: data?.tickerUpdated.last ?? null, error: error ?? null }),
          );
        return toRow(seen, unsubscribe);
      },
      close: () => {},
    };
  },
};

const { maxSubscriptionsPerSocket, maxMessagesPerSecond } = loadConfig(
  {},
  readCatalogue().map(({ id }) => id),
);

let server: FakeServer;
let socket: SocketClient;
let closes: readonly unknown[];

/** A server whose sockets may have so many operations, and a socket to it. */
async function start(maxSubscriptions: number, socketClock?: Clock): Promise<void> {
  const limits = { maxSubscriptions, maxMessagesPerSecond };
  server = await startServer({ fake: { limits, ...(socketClock ? { socketClock } : {}) } });
  const seen: unknown[] = [];
  closes = seen;
  socket = createClient({
    url: server.webSocketUrl,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazyCloseTimeout: 1000,
    on: { closed: (event) => seen.push(event) },
  });
}

afterEach(async () => {
  await socket.dispose();
  await server.stop();
});

function symbolsOf(from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `ROW${from + index}/USD`);
}

describe.each(Object.keys(pages))('%s', (name) => {
  test.each([
    [60, 100, 'the new ones mounted first'],
    [60, 100, 'the old ones unmounted first'],
    [350, maxSubscriptionsPerSocket, 'the new ones mounted first'],
    [350, maxSubscriptionsPerSocket, 'the old ones unmounted first'],
    [350, maxSubscriptionsPerSocket, 'all in one go'],
  ])('%i rows that all change where a socket may have %i, %s, are all served over one', async (count, most, order) => {
    // Operations wait for a place while this clock stands, however slow the machine is.
    await start(most, new ManualClock());
    const page = pages[name]?.(socket);
    if (!page) throw new Error(`no ${name}`);
    for (const [index, symbol] of symbolsOf(0, 2 * count).entries()) server.marketData.set(symbol, { last: index + 1 });
    const before = symbolsOf(0, count).map((symbol) => page.mount(symbol));
    await eventually(() => before.every(({ last }) => last !== null));
    const mount = () => symbolsOf(count, count).map((symbol) => page.mount(symbol));
    const unmount = () => {
      for (const row of before) row.unmount();
    };
    if (order === 'the old ones unmounted first') unmount();
    const after = mount();
    // The client sends what it subscribes to in a later turn, and what it ends at once.
    if (order === 'the new ones mounted first') await nextTurn();
    if (order !== 'the old ones unmounted first') unmount();
    await eventually(() => after.every(({ last, error }) => last !== null || error !== null));
    expect(after.map(({ last }) => last)).toEqual(symbolsOf(count, count).map((_symbol, index) => count + index + 1));
    expect([...before, ...after].filter(({ error }) => error !== null)).toEqual([]);
    await eventually(() => server.counts.operations === count && server.counts.subscriptions === count);
    expect([server.counts.sockets, server.waiting, closes]).toEqual([1, 0, []]);
    page.close();
  });
});

test('1000 operations at once are each served or refused on their own, and those that were refused work later', async () => {
  await start(maxSubscriptionsPerSocket);
  const page = pages['graphql-ws']?.(socket);
  if (!page) throw new Error('no page');
  for (const symbol of symbolsOf(0, 1000)) server.marketData.set(symbol, { last: 1 });
  const rows = symbolsOf(0, 1000).map((symbol) => page.mount(symbol));
  await eventually(() => rows.every(({ last, error }) => last !== null || error !== null));
  const refused = rows.filter(({ error }) => error !== null);
  expect(refused).toHaveLength(1000 - maxSubscriptionsPerSocket);
  expect(refused[0]?.error).toMatchObject([
    {
      message: expect.stringContaining('For a table of symbols, use one subscription to tickersUpdated.'),
      extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true },
    },
  ]);
  for (const row of rows) row.unmount();
  const again = page.mount('ROW999/USD');
  await eventually(() => again.last === 1);
  expect(closes).toEqual([]);
});
