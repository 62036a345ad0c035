import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { Trade } from '../../../src/market/model/trade.ts';
import { allow } from '../../support/fakes/limits.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { type FakeServer, type FakeServerOptions, startServer } from '../../support/server.ts';
import { eventually, openSocket } from '../../support/socket-client.ts';

let server: FakeServer;
let opened: WebSocket[] = [];

afterEach(async () => {
  for (const socket of opened) socket.terminate();
  opened = [];
  await eventually(() => Object.values(server.counts).every((count) => count === 0));
  await server.stop();
});

async function start(options: FakeServerOptions = {}): Promise<void> {
  server = await startServer({ fake: options });
  server.streams.offer('ticker');
  server.marketData.set('BTC/USDT', { last: 1 });
}

/** A socket of the client of that address, through one proxy, and what came over it. */
function dial(address = '198.51.100.1', protocols: string[] = ['graphql-transport-ws']) {
  const socket = new WebSocket(server.webSocketUrl, protocols, { headers: { 'x-forwarded-for': address } });
  opened.push(socket);
  const received: Record<string, unknown>[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  return {
    socket,
    received,
    closed,
    ready: async () => {
      await once(socket, 'open');
      socket.send('{"type":"connection_init"}');
      await eventually(() => received.some(({ type }) => type === 'connection_ack'));
    },
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    subscribe: (id: string, query = ticker) =>
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } })),
  };
}

const ticker = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") { last } }';
const ping = '{"type":"ping"}';

describe('sockets', () => {
  test('one too many for an address is closed with 4429 and a reason, and other addresses are accepted', async () => {
    await start({ proxies: 1, limits: { sockets: allow(10, 2) } });
    const [first, second] = [dial(), dial()];
    await Promise.all([first.ready(), second.ready()]);
    expect(await dial().closed).toEqual([4429, 'Too many sockets from this address']);
    await dial('198.51.100.2').ready();
    // What the proxy did not write counts for nothing.
    expect(await dial('198.51.100.2, 198.51.100.1').closed).toEqual([4429, 'Too many sockets from this address']);
    first.socket.close();
    await first.closed;
    await eventually(() => server.counts.sockets === 2);
    await dial().ready();
  });

  test('one too many in total is closed with 1013', async () => {
    await start({ proxies: 1, limits: { sockets: allow(1) } });
    await dial().ready();
    expect(await dial('198.51.100.2').closed).toEqual([1013, 'Too many sockets on this server']);
  });

  test('that are refused take no place', async () => {
    await start({ proxies: 1, limits: { sockets: allow(3, 1) } });
    await dial().ready();
    await Promise.all(Array.from({ length: 10 }, () => dial().closed));
    await Promise.all([dial('198.51.100.2').ready(), dial('198.51.100.3').ready()]);
  });
});

describe('operations', () => {
  test('one too many for an address is refused over every socket, and ends nothing else', async () => {
    const operations = allow(10, 3);
    const clock = new ManualClock();
    await start({ proxies: 1, limits: { operations }, socketClock: clock });
    const [one, two, other] = [dial(), dial(), dial('198.51.100.2')];
    await Promise.all([one.ready(), two.ready(), other.ready()]);
    one.subscribe('1');
    one.subscribe('2');
    await eventually(() => one.received.length === 3);
    two.subscribe('3');
    two.subscribe('4');
    await eventually(() => server.waiting === 1);
    await clock.advance(2000);
    await eventually(() => two.received.length === 3);
    expect(two.received.find(({ type }) => type === 'error')).toMatchObject({
      id: '4',
      payload: [
        {
          message:
            'Your address has reached its maximum of 3 open operations on this server: end some, then subscribe again. For a table of symbols, use one subscription to tickersUpdated.',
          extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true },
        },
      ],
    });
    other.subscribe('1');
    await eventually(() => other.received.length === 2);
    expect(server.counts).toMatchObject({ subscriptions: 4, operations: 4 });
    one.send({ id: '1', type: 'complete' });
    await eventually(() => operations.total === 3);
    two.subscribe('4');
    await eventually(() => operations.total === 4 && two.received.length === 4);
    one.socket.terminate();
    await eventually(() => operations.total === 3);
    two.socket.terminate();
    await eventually(() => operations.total === 1 && operations.addresses === 1);
  });

  test('one too many in total is refused as retryable', async () => {
    const clock = new ManualClock();
    await start({ proxies: 1, limits: { operations: allow(1) }, socketClock: clock });
    const [one, two] = [dial(), dial('198.51.100.2')];
    await Promise.all([one.ready(), two.ready()]);
    one.subscribe('1');
    await eventually(() => one.received.length === 2);
    two.subscribe('1', '{ __typename }');
    await eventually(() => server.waiting === 1);
    await clock.advance(2000);
    await eventually(() => two.received.length === 2);
    expect(two.received.at(-1)).toMatchObject({
      payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true } }],
    });
  });

  test('queries, errors and reused ids leave none counted', async () => {
    const operations = allow(10);
    await start({ limits: { operations } });
    const client = dial();
    await client.ready();
    for (const query of [ticker, '{', '{ __typename }', ticker, '{ nothing }', ticker]) {
      client.subscribe('1', query);
      client.send({ id: '1', type: 'complete' });
    }
    client.subscribe('1', '{ __typename }');
    await eventually(() => client.received.some(({ type }) => type === 'complete'));
    await eventually(() => operations.total === 0);
    expect(operations.addresses).toBe(0);
  });

  test.each([
    ['text/event-stream', 429, allow(10, 2)],
    ['*/*', 429, allow(10, 2)],
    ['text/event-stream', 503, allow(2, 3)],
  ])('server-sent events for %s count as well: %i', async (accept, status, operations) => {
    const clock = new ManualClock();
    await start({ limits: { operations }, socketClock: clock });
    const url = server.url;
    const listen = (signal?: AbortSignal): Promise<Response> =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query: ticker }),
        ...(signal ? { signal } : {}),
      });
    const aborts = [new AbortController(), new AbortController()];
    for (const { signal } of aborts) expect((await listen(signal)).status).toBe(200);
    const refusing = listen();
    await eventually(() => server.waiting === 1);
    await clock.advance(2000);
    const refused = await refusing;
    expect(refused.status).toBe(status);
    expect(await refused.text()).toContain('"code":"TOO_MANY_SUBSCRIPTIONS"');
    expect(operations.total).toBe(2);
    aborts[0]?.abort();
    await eventually(() => operations.total === 1);
    const again = await listen(aborts[1]?.signal);
    expect([again.status, again.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    aborts[1]?.abort();
    await eventually(() => operations.total === 0);
  });
});

describe('messages', () => {
  const most = 5;

  test.each(['text', 'frame'])('too many pings in a second, as %s, close the socket with 4429', async (kind) => {
    const clock = new ManualClock();
    await start({ socketClock: clock, limits: { maxMessagesPerSecond: 5 } });
    const client = dial();
    const sendPing = (): void => (kind === 'text' ? client.send(ping) : client.socket.ping());
    let pongs = 0;
    client.socket.on('pong', () => {
      pongs += 1;
    });
    const answers = (): number => pongs + client.received.length;
    await client.ready();
    for (let count = 1; count < most; count += 1) sendPing();
    await eventually(() => answers() === most);
    await clock.advance(1000);
    for (let count = 0; count < most; count += 1) sendPing();
    await eventually(() => answers() === 2 * most);
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
    sendPing();
    expect(await client.closed).toEqual([4429, 'Too many messages']);
  });

  test('messages after the limit are ignored', async () => {
    const operations = allow(100);
    await start({ socketClock: new ManualClock(), limits: { maxMessagesPerSecond: 5, operations } });
    const client = dial();
    await client.ready();
    for (let count = 0; count < most; count += 1) client.send(ping);
    client.subscribe('1');
    expect(await client.closed).toEqual([4429, 'Too many messages']);
    expect(server.marketData.tickerCalls).toEqual([]);
  });

  test('a clock that is set back blocks no client', async () => {
    const clock = new ManualClock();
    let now = 10_000;
    await start({
      socketClock: { now: () => now, after: (ms, call) => clock.after(ms, call) },
      limits: { maxMessagesPerSecond: 5 },
    });
    const client = dial();
    await client.ready();
    for (let count = 1; count < most; count += 1) client.send(ping);
    await eventually(() => client.received.length === most);
    now = 5000;
    for (let count = 0; count < most; count += 1) client.send(ping);
    await eventually(() => client.received.length === 2 * most);
  });
});

describe('a client that breaks the protocol', () => {
  const init = '{"type":"connection_init"}';
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;

  test.each([
    ['no JSON', 4400, [init, 'hello']],
    ['JSON that is no message', 4400, [init, '[]']],
    ['nothing', 4400, [init, '']],
    ['a binary frame that is no message', 4400, [init, Buffer.from([0, 255, 1])]],
    ['a message of no known type', 4400, [init, { type: 'start', id: '1' }]],
    ['a next of its own', 4400, [init, { type: 'next', id: '1', payload: {} }]],
    ['an error of its own', 4400, [init, { type: 'error', id: '1', payload: [{ message: 'x' }] }]],
    ['an acknowledgement of its own', 4400, [init, { type: 'connection_ack' }]],
    ['no id', 4400, [init, { type: 'subscribe', payload: { query: ticker } }]],
    ['an empty id', 4400, [init, { type: 'subscribe', id: '', payload: { query: ticker } }]],
    ['an id that is a number', 4400, [init, { type: 'subscribe', id: 1, payload: { query: ticker } }]],
    ['an id that is long', 4400, [init, { type: 'subscribe', id: 'x'.repeat(257), payload: { query: ticker } }]],
    ['a query that is none', 4400, [init, { type: 'subscribe', id: '1', payload: { query: 1 } }]],
    [
      'variables that are a list',
      4400,
      [init, { type: 'subscribe', id: '1', payload: { query: ticker, variables: [] } }],
    ],
    ['a ping that is nested deep', 4400, [init, `{"type":"ping","payload":{"a":${deep}}}`]],
    ['a subscription before the connection', 4401, [{ type: 'subscribe', id: '1', payload: { query: ticker } }]],
    [
      'two operations of one id',
      4409,
      [init, ...Array(2).fill({ type: 'subscribe', id: '1', payload: { query: ticker } })],
    ],
    ['two connection_init', 4429, [init, init]],
    ['a message that is too large', 1009, [init, 'x'.repeat(64 * 1024 + 1)]],
  ])('with %s is closed with %i', async (_what, code, messages) => {
    await start();
    const client = dial();
    await once(client.socket, 'open');
    for (const [index, message] of messages.entries()) {
      if (index === 1 && code !== 4429) await eventually(() => client.received.length === 1);
      if (message instanceof Buffer) client.socket.send(message);
      else client.send(message);
    }
    expect((await client.closed)[0]).toBe(code);
  });

  test('is not served any longer', async () => {
    await start();
    const client = dial();
    await client.ready();
    client.send('hello');
    client.subscribe('1');
    expect((await client.closed)[0]).toBe(4400);
    expect(server.marketData.tickerCalls).toEqual([]);
    expect(client.received).toHaveLength(1);
  });

  const wrongProtocol =
    'Subprotocol not acceptable: this server speaks graphql-transport-ws, as the npm package graphql-ws does.';

  test.each([
    ['no subprotocol', []],
    ['another subprotocol', ['mqtt']],
    ['the subprotocol of old', ['graphql-ws']],
    ['several others', ['wamp', 'graphql-ws']],
  ])('by %s is closed with 4406 and a reason, and takes no place', async (_what, protocols) => {
    const sockets = allow(1);
    await start({ limits: { sockets } });
    await dial().ready();
    const client = dial('198.51.100.1', protocols);
    expect(await client.closed).toEqual([4406, wrongProtocol]);
    expect(client.received).toEqual(
      protocols[0] === 'graphql-ws' ? [{ type: 'connection_error', payload: { message: wrongProtocol } }] : [],
    );
    await eventually(() => server.counts.sockets === 1);
    expect(sockets.total).toBe(1);
  });

  test('with an old subprotocol that offers the current one too is served', async () => {
    await start();
    const client = dial('198.51.100.1', ['graphql-ws', 'graphql-transport-ws']);
    await client.ready();
    expect(client.socket.protocol).toBe('graphql-transport-ws');
  });

  test('by not sending connection_init is closed with 4408', async () => {
    await start({ initTimeoutMs: 20 });
    expect(await dial().closed).toEqual([4408, 'Connection initialisation timeout']);
  });

  test.each(['__proto__', 'constructor', 'x'.repeat(256)])('and one whose id is %s is served', async (id) => {
    await start();
    const client = dial();
    await client.ready();
    client.subscribe(id, '{ __typename }');
    await eventually(() => client.received.length === 3);
    expect(client.received.slice(1)).toMatchObject([
      { id, type: 'next', payload: { data: { __typename: 'Query' } } },
      { id, type: 'complete' },
    ]);
    client.subscribe(id);
    await eventually(() => server.counts.subscriptions === 1);
    client.send({ id, type: 'complete' });
    await eventually(() => server.counts.operations === 0 && server.counts.subscriptions === 0);
  });

  test('deeply nested variables do no harm', async () => {
    await start();
    const [client, other] = [dial(), dial()];
    await Promise.all([client.ready(), other.ready()]);
    client.send(
      `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(ticker)},"variables":{"a":${deep}}}}`,
    );
    other.subscribe('1');
    await eventually(() => other.received.length === 2);
  });
});

describe('a client that has disconnected or reads nothing', () => {
  const trades = '{ trades(exchange: "kraken", symbol: "BTC/USDT") { id } }';

  function bigTrades(bytes: number): readonly Trade[] {
    const id = 'x'.repeat(bytes);
    return [{ exchange: 'kraken', symbol: 'BTC/USDT', id, timestamp: 1, price: 1, amount: 1, cost: 1, side: 'buy' }];
  }

  test('is cut within a minute', async () => {
    const clock = new ManualClock();
    await start({ socketClock: clock });
    const [dead, alive] = [await openSocket(server.webSocketUrl), await openSocket(server.webSocketUrl)];
    opened.push(dead, alive);
    dead.pause();
    const pinged = once(alive, 'ping');
    await clock.advance(30_000);
    await pinged;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await clock.advance(30_000);
    await eventually(() => server.counts.sockets === 1);
    expect(alive.readyState).toBe(WebSocket.OPEN);
  });

  test('and then disconnects leaves none of its operations counted', async () => {
    await start();
    server.marketData.setTrades(bigTrades(2_000_000));
    const client = dial();
    await client.ready();
    client.socket.pause();
    for (let id = 0; id < 8; id += 1) client.subscribe(String(id), trades);
    await eventually(() => server.marketData.tradeCalls.length > 0);
    // So that some have been written, and wait for the client.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    client.socket.terminate();
    await eventually(() => server.counts.operations === 0);
  });

  test('is closed with 1008 once too many of its answers wait', async () => {
    const count = 60;
    await start({ limits: { maxSubscriptions: count } });
    server.marketData.setTrades(bigTrades(1_000_000));
    const client = dial();
    await client.ready();
    client.socket.pause();
    for (let id = 0; id < count; id += 1) {
      client.subscribe(String(id), trades);
    }
    // Those that were written wait for the client; the others have been dropped.
    await eventually(() => server.marketData.tradeCalls.length > 0 && (server.counts.operations ?? 0) <= 25);
    client.socket.resume();
    expect(await client.closed).toEqual([1008, 'Too many answers unread']);
    expect(client.received.filter(({ type }) => type === 'next').length).toBeLessThan(25);
  });
});
