import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { allow } from '../../support/fakes/limits.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';
import { type FakeServer, type FakeServerOptions, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

let server: FakeServer;
let clock: ManualClock;
let opened: WebSocket[] = [];

afterEach(async () => {
  for (const socket of opened) socket.terminate();
  opened = [];
  await eventually(() => Object.values(server.counts).every((count) => count === 0));
  expect(server.waiting).toBe(0);
  await server.stop();
});

async function start(options: FakeServerOptions = {}): Promise<void> {
  clock = new ManualClock();
  server = await startServer({ fake: { socketClock: clock, ...options } });
  server.streams.offer('ticker');
  server.marketData.set('BTC/USDT', { last: 1 });
}

const ticker = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") { last } }';

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

/** An acknowledged socket of the client of that address, through one proxy, and what came over it. */
async function dial(address = '198.51.100.1') {
  const socket = new WebSocket(server.webSocketUrl, 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': address },
  });
  opened.push(socket);
  const received: Message[] = [];
  let closed: readonly [number, string] | null = null;
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => {
    closed = [code, String(reason)];
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await eventually(() => received.length === 1);
  const idsOf = (type: string): string[] =>
    received.flatMap((message) => (message.type === type ? [message.id ?? ''] : []));
  return {
    socket,
    get closed() {
      return closed;
    },
    /** The operations that got their first value, in order. */
    get served() {
      return [...new Set(idsOf('next'))];
    },
    get refused() {
      return idsOf('error');
    },
    errors: () => received.filter(({ type }) => type === 'error').map(({ payload }) => payload),
    subscribe: (ids: readonly (number | string)[], query = ticker) => {
      for (const id of ids) socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
    },
    complete: (ids: readonly (number | string)[]) => {
      for (const id of ids) socket.send(JSON.stringify({ id: String(id), type: 'complete' }));
    },
  };
}

function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

const strings = (ids: readonly number[]): readonly string[] => ids.map(String);

describe('a table with one subscription per row that replaces all rows', () => {
  test.each([
    ['new ones first', 60, 100],
    ['old ones first', 60, 100],
    ['new ones first', 350, 500],
    ['old ones first', 350, 500],
    ['new ones first', 500, 500],
  ])('%s, with %i rows and a limit of %i per socket: each row is served', async (order, rows, maxSubscriptions) => {
    await start({ limits: { maxSubscriptions } });
    const client = await dial();
    client.subscribe(range(0, rows));
    await eventually(() => client.served.length === rows);
    const [before, after] = [range(0, rows), range(rows, rows)];
    if (order === 'new ones first') client.subscribe(after);
    client.complete(before);
    if (order === 'old ones first') client.subscribe(after);
    await eventually(() => client.served.length === 2 * rows);
    expect(new Set(client.served)).toEqual(new Set(strings([...before, ...after])));
    await eventually(() => server.counts.subscriptions === rows && server.counts.operations === rows);
    expect([client.closed, client.refused, server.waiting]).toEqual([null, [], 0]);
  });

  test('again and again, before the new subscriptions have begun', async () => {
    await start({ limits: { maxSubscriptions: 100 } });
    const client = await dial();
    for (let round = 0; round < 5; round += 1) {
      client.subscribe(range(round * 60, 60));
      if (round > 0) client.complete(range((round - 1) * 60, 60));
    }
    await eventually(() => client.served.includes('299'));
    await clock.advance(1000);
    await eventually(() => server.counts.subscriptions === 60 && server.counts.operations === 60);
    expect([client.closed, client.refused]).toEqual([null, []]);
  });
});

describe('an operation over the limit of a socket', () => {
  test('waits for two seconds, and is then refused alone as retryable', async () => {
    await start({ limits: { maxSubscriptions: 3 } });
    const client = await dial();
    client.subscribe([1, 2, 3, 4, 5]);
    await eventually(() => server.waiting === 2);
    await clock.advance(1999);
    expect(client.refused).toEqual([]);
    await clock.advance(1);
    await eventually(() => client.refused.length === 2);
    expect(client.refused).toEqual(['4', '5']);
    expect(client.errors()[0]).toEqual([
      {
        message:
          'This socket has reached its maximum of 3 open operations: end some, then subscribe again. For a table of symbols, use one subscription to tickersUpdated.',
        extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true },
      },
    ]);
    expect([client.closed, client.served]).toEqual([null, ['1', '2', '3']]);
    client.complete([2]);
    client.subscribe([4]);
    await eventually(() => client.served.includes('4'));
  });

  test('is admitted in order, and each place is given once', async () => {
    await start({ limits: { maxSubscriptions: 2 } });
    const client = await dial();
    client.subscribe(['a', 'b', 'c', 'd']);
    await eventually(() => server.waiting === 2);
    client.complete(['a']);
    await eventually(() => client.served.includes('c'));
    await settle();
    expect([client.served, server.waiting]).toEqual([['a', 'b', 'c'], 1]);
    client.complete(['c']);
    await eventually(() => client.served.includes('d'));
  });

  test('leaves the queue when its client completes it', async () => {
    await start({ limits: { maxSubscriptions: 1 } });
    const client = await dial();
    client.subscribe(['a', 'b', 'c']);
    await eventually(() => server.waiting === 1);
    // As many may wait as may be open.
    await eventually(() => client.refused.includes('c'));
    client.complete(['b']);
    await eventually(() => server.waiting === 0);
    client.subscribe(['d']);
    await eventually(() => server.waiting === 1);
    client.complete(['a']);
    await eventually(() => client.served.includes('d'));
    await clock.advance(2000);
    await settle();
    expect([client.served, client.refused]).toEqual([['a', 'd'], ['c']]);
  });

  test('can be completed while it waits, so that another operation can reuse its id', async () => {
    await start({ limits: { maxSubscriptions: 1 } });
    const client = await dial();
    client.subscribe(['a', 'b']);
    await eventually(() => server.waiting === 1);
    client.complete(['b']);
    client.subscribe(['b'], '{ __typename }');
    await eventually(() => server.waiting === 1);
    client.complete(['a']);
    await eventually(() => client.served.includes('b'));
    await eventually(() => server.counts.operations === 0 && server.counts.subscriptions === 0);
  });

  test('waits only as long as its socket is open', async () => {
    await start({ limits: { maxSubscriptions: 1 } });
    const client = await dial();
    client.subscribe(['a', 'b']);
    await eventually(() => server.waiting === 1);
    client.socket.terminate();
    await eventually(() => server.waiting === 0 && server.counts.operations === 0);
  });

  test('does not wait behind operations of another socket', async () => {
    await start({ limits: { maxSubscriptions: 1 } });
    const [one, two] = [await dial(), await dial()];
    one.subscribe(['a', 'b']);
    await eventually(() => server.waiting === 1);
    two.subscribe(['a']);
    await eventually(() => two.served.length === 1);
    two.complete(['a']);
    two.subscribe(['b']);
    await eventually(() => two.served.length === 2);
    expect(server.waiting).toBe(1);
  });
});

describe('an operation over the limit of an address, or of all clients', () => {
  test.each([
    ['its address', allow(10, 2)],
    ['the server', allow(2, 10)],
  ])('of %s takes the place of an operation that ends on another socket', async (_whose, operations) => {
    await start({ proxies: 1, limits: { operations } });
    const [one, two] = [await dial(), await dial()];
    one.subscribe(['a', 'b']);
    await eventually(() => one.served.length === 2);
    two.subscribe(['c', 'd']);
    await eventually(() => server.waiting === 2);
    one.complete(['a']);
    await eventually(() => two.served.length === 1);
    expect([two.served, server.waiting]).toEqual([['c'], 1]);
    one.socket.terminate();
    await eventually(() => two.served.length === 2);
    expect(operations.total).toBe(2);
  });

  test('of an address does not block other addresses', async () => {
    await start({ proxies: 1, limits: { operations: allow(10, 1) } });
    const [one, other] = [await dial(), await dial('198.51.100.2')];
    one.subscribe(['a', 'b']);
    await eventually(() => server.waiting === 1);
    other.subscribe(['a']);
    await eventually(() => other.served.length === 1);
  });

  test('waits over server-sent events too, and releases its place', async () => {
    const operations = allow(10, 1);
    await start({ limits: { operations } });
    const client = await dial('127.0.0.1');
    client.subscribe(['a']);
    await eventually(() => client.served.length === 1);
    const abort = new AbortController();
    const asking = fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: ticker }),
      signal: abort.signal,
    });
    await eventually(() => server.waiting === 1);
    client.complete(['a']);
    expect((await asking).status).toBe(200);
    client.subscribe(['b']);
    await eventually(() => server.waiting === 1);
    abort.abort();
    await eventually(() => client.served.includes('b'));
  });

  test('has limited memory while it waits; further operations are refused at once', async () => {
    await start({ proxies: 1, limits: { operations: allow(100, 1), maxSubscriptions: 100 } });
    const [client, other] = [await dial(), await dial('198.51.100.2')];
    client.subscribe([0]);
    await eventually(() => client.served.length === 1);
    const long = `${ticker} #${'x'.repeat(60_000)}`;
    client.subscribe(range(1, 70), long);
    // Four megabytes of an address.
    await eventually(() => client.refused.length === 5);
    expect(server.waiting).toBe(65);
    other.subscribe([0, 1]);
    await eventually(() => server.waiting === 66);
    await clock.advance(2000);
    await eventually(() => client.refused.length === 70 && other.refused.length === 1);
  });

  test('counts for more memory than its text, however short that is', async () => {
    await start({ proxies: 1, limits: { operations: allow(2000, 1), maxSubscriptions: 1200 } });
    const client = await dial();
    client.subscribe([0]);
    await eventually(() => client.served.length === 1);
    client.subscribe(range(1, 1100), '{ a }');
    await eventually(() => server.waiting + client.refused.length === 1100);
    expect(server.waiting).toBeGreaterThan(900);
    expect(server.waiting).toBeLessThanOrEqual(1024);
  });

  test('counts the whole request over server-sent events', async () => {
    await start({ limits: { operations: allow(100, 1) } });
    const client = await dial('127.0.0.1');
    client.subscribe(['a']);
    await eventually(() => client.served.length === 1);
    const abort = new AbortController();
    let refused = 0;
    for (const name of ['variables', 'extensions']) {
      for (const _ of range(0, 15)) {
        const init = {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
          body: JSON.stringify({ query: ticker, [name]: { of: 'x'.repeat(200_000) } }),
          signal: abort.signal,
        };
        fetch(server.url, init).then(
          ({ status }) => {
            if (status === 429) refused += 1;
          },
          () => {},
        );
      }
    }
    await eventually(() => server.waiting + refused === 30);
    expect(server.waiting).toBe(20);
    abort.abort();
    await eventually(() => server.waiting === 0);
  });
});

describe('a burst', () => {
  const maxSubscriptions = 200;
  const maxMessagesPerSecond = 100;

  test.each([350, 1000])('of %i messages is answered one by one, and closes no socket', async (count) => {
    await start({ limits: { maxSubscriptions, maxMessagesPerSecond } });
    const client = await dial();
    client.subscribe(range(0, count));
    // Two for each operation, and as many as of other messages; those that came too early are read later.
    const perSecond = 2 * maxSubscriptions + maxMessagesPerSecond;
    const answered = (): number => client.served.length + client.refused.length + server.waiting;
    for (let left = count; left > 0; left -= perSecond) {
      await eventually(() => answered() === Math.min(count, count - left + perSecond));
      await clock.advance(1000);
    }
    await clock.advance(2000);
    await eventually(() => client.served.length + client.refused.length === count);
    expect(new Set(client.served)).toEqual(new Set(strings(range(0, maxSubscriptions))));
    expect(new Set(client.refused)).toEqual(new Set(strings(range(maxSubscriptions, count - maxSubscriptions))));
    expect(client.closed).toBeNull();
    client.complete(range(0, maxSubscriptions));
    await clock.advance(1000);
    await eventually(() => server.counts.operations === 0);
  });

  test('can contain a ping, and has no consequences for the client', async () => {
    await start({ limits: { maxSubscriptions, maxMessagesPerSecond: 1 } });
    const client = await dial();
    await clock.advance(1000);
    client.subscribe(range(0, 300));
    client.socket.send('{"type":"ping"}');
    client.subscribe(range(300, 100));
    await eventually(() => client.served.length === maxSubscriptions);
    expect(client.closed).toBeNull();
  });

  test('that does not end is read at the allowed rate, which slows the client down', async () => {
    await start({ limits: { maxSubscriptions: 10, maxMessagesPerSecond: 10 } });
    const client = await dial();
    await clock.advance(1000);
    const flood = 200_000;
    client.complete(range(0, flood));
    client.subscribe(['last']);
    // No more fits into the buffers in between.
    await eventually(() => client.socket.bufferedAmount > 0);
    await settle();
    const before = client.socket.bufferedAmount;
    await settle();
    expect(client.socket.bufferedAmount).toBe(before);
    expect([client.closed, client.served]).toEqual([null, []]);
    // It answers no ping either, and is cut within a minute.
    await clock.advance(61_000);
  });

  test('is discarded when its socket closes', async () => {
    await start({ limits: { maxSubscriptions: 10, maxMessagesPerSecond: 10 } });
    const client = await dial();
    client.subscribe(range(0, 100));
    await eventually(() => client.served.length === 10);
    await server.sockets.close();
    expect(client.closed).toEqual([1001, 'Going away']);
    expect(client.served.length + client.refused.length).toBeLessThanOrEqual(30);
  });
});
