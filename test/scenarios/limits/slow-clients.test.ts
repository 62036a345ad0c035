import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { type FakeServer, type FakeServerOptions, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

let server: FakeServer;
let sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await server.stop();
});

async function start(options: FakeServerOptions): Promise<void> {
  server = await startServer({ fake: options });
  server.streams.offer('orderBook');
}

/** A connection, and what came over it as text. */
async function connect() {
  const socket = createConnection(server.port, '127.0.0.1');
  sockets.push(socket);
  const connection = { socket, text: '', closed: false };
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    connection.text += text;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    connection.closed = true;
  });
  await once(socket, 'connect');
  return connection;
}

/** How many connections the server has open. */
function countConnections(): Promise<number> {
  return new Promise((resolve) => server.http.server.getConnections((_error, count) => resolve(count)));
}

async function untilConnections(count: number): Promise<void> {
  while ((await countConnections()) !== count) await new Promise((resolve) => setTimeout(resolve, 5));
}

function post(query: string, accept = 'application/json'): string {
  const body = JSON.stringify({ query });
  const headers = `Host: localhost\r\nContent-Type: application/json\r\nAccept: ${accept}\r\nContent-Length: ${body.length}`;
  return `POST /graphql HTTP/1.1\r\n${headers}\r\n\r\n${body}`;
}

describe('a client that does not send a request', () => {
  const timeouts = { headersMs: 60, requestMs: 60_000, keepAliveMs: 60_000, checkMs: 20 };

  test.each([
    ['says nothing', '', timeouts],
    ['says half of its headers', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n', timeouts],
    ['says half of an upgrade', 'GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n', timeouts],
    ['says half of its body', post('{ __typename }').slice(0, -5), { ...timeouts, requestMs: 120 }],
    [
      'says half of its body and wants HTTP/2',
      post('{ __typename }').replace('Host', 'Connection: Upgrade\r\nUpgrade: h2c\r\nHost').slice(0, -5),
      { ...timeouts, requestMs: 120 },
    ],
  ])('and %s is cut', async (_what, text, given) => {
    await start({ timeouts: given });
    const connection = await connect();
    connection.socket.write(text);
    await eventually(() => connection.closed);
    expect(connection.text).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('has enough time for proxies and slow connections', async () => {
    await start({});
    const { headersTimeout, requestTimeout, keepAliveTimeout } = server.http.server;
    expect({ headersTimeout, requestTimeout, keepAliveTimeout }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
    });
  });

  test('between its requests keeps its connection', async () => {
    await start({ timeouts });
    const connection = await connect();
    const slow = await connect();
    connection.socket.write(post('{ __typename }'));
    await eventually(() => connection.text.includes('"Query"'));
    await eventually(() => slow.closed);
    connection.socket.write(post('{ a: __typename }'));
    await eventually(() => connection.text.includes('"a":"Query"'));
  });
});

describe('a client that does not read its answer', () => {
  const answerBytes = 16_000_000;
  const query = '{ trades(exchange: "kraken", symbol: "BTC/USDT") { id } }';

  function setAnswer(): void {
    const id = 'x'.repeat(answerBytes);
    server.marketData.setTrades([
      { exchange: 'kraken', symbol: 'BTC/USDT', id, timestamp: 1, price: 1, amount: 1, cost: 1, side: 'buy' },
    ]);
  }

  test('is cut when it reads nothing', async () => {
    await start({ slowReaders: { stallMs: 50 } });
    setAnswer();
    const connection = await connect();
    connection.socket.pause();
    connection.socket.write(post(query));
    await untilConnections(0);
    connection.socket.resume();
    await eventually(() => connection.closed);
    expect(connection.text.length).toBeLessThan(answerBytes);
  });

  test('completely by the deadline is cut, even if it reads steadily', async () => {
    const clock = new ManualClock();
    await start({ socketClock: clock });
    setAnswer();
    const connection = await connect();
    connection.socket.pause();
    connection.socket.write(post(query));
    await eventually(() => clock.pending === 1);
    await clock.advance(119_999);
    expect(await countConnections()).toBe(1);
    await clock.advance(1);
    await untilConnections(0);
    expect(clock.pending).toBe(0);
  });

  test('at once but completely in the end receives all of it, and no timer is left', async () => {
    const clock = new ManualClock();
    await start({ socketClock: clock });
    setAnswer();
    const connection = await connect();
    connection.socket.pause();
    connection.socket.write(post(query));
    await eventually(() => clock.pending === 1);
    connection.socket.resume();
    await eventually(() => connection.text.length > answerBytes);
    await eventually(() => clock.pending === 0);
    connection.socket.write(post('{ __typename }'));
    await eventually(() => connection.text.includes('"Query"'));
  });

  test('is cut too if Yoga writes the answer', async () => {
    const clock = new ManualClock();
    await start({ socketClock: clock });
    setAnswer();
    const connection = await connect();
    connection.socket.pause();
    // The short way takes no query string with a body.
    connection.socket.write(post(query).replace('/graphql', '/graphql?long'));
    await eventually(() => server.marketData.tradeCalls.length === 1);
    while ((await countConnections()) > 0) await clock.advance(30_000);
    expect(clock.pending).toBe(0);
  });

  test('costs no timer if the answer is small', async () => {
    const clock = new ManualClock();
    await start({ socketClock: clock });
    let timers = 0;
    const { after } = clock;
    clock.after = (delayMs, callback) => {
      timers += 1;
      return after.call(clock, delayMs, callback);
    };
    const connection = await connect();
    connection.socket.write(post('{ __typename }'));
    await eventually(() => connection.text.includes('"Query"'));
    expect(timers).toBe(0);
  });
});

describe('a client of server-sent events', () => {
  const query =
    'subscription { orderBookUpdated(exchange: "kraken", symbol: "BTC/USDT", limit: 1000) { bestBid bids { price amount } } }';

  function pushBook(best: number): void {
    const receivedAt = Date.now();
    const bids = Array.from({ length: 1000 }, (_, level) => ({ price: best - level / 1000, amount: Math.PI + level }));
    const book = {
      exchange: 'kraken',
      symbol: 'BTC/USDT',
      timestamp: receivedAt,
      receivedAt,
      bids,
      asks: [],
      stale: false,
    };
    server.streams.push('orderBook', 'BTC/USDT', book);
  }

  /** More than the kernel keeps for somebody. */
  async function pushBooks(count: number): Promise<void> {
    for (let best = 1; best <= count; best += 1) {
      pushBook(best);
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function listen() {
    const connection = await connect();
    connection.socket.write(post(query, 'text/event-stream'));
    await eventually(() => connection.text.includes('event: next'));
    return connection;
  }

  test('that does not read receives the newest event when it reads again', async () => {
    await start({});
    const connection = await listen();
    connection.socket.pause();
    await pushBooks(600);
    connection.socket.resume();
    await eventually(() => connection.text.includes('"bestBid":600'));
    expect(connection.text.match(/event: next/g)?.length).toBeLessThan(500);
  });

  test('that does not read is cut, and leaves nothing behind', async () => {
    const clock = new ManualClock();
    await start({ socketClock: clock });
    const [connection, other] = [await listen(), await listen()];
    connection.socket.pause();
    await pushBooks(600);
    await clock.advance(60_000);
    await untilConnections(1);
    await eventually(() => server.counts.operations === 1 && server.counts.subscribers === 1);
    // Nothing is wrong with one for whom there is nothing to read.
    const pings = other.text.split(':\n\n').length;
    await clock.advance(12_000);
    await eventually(() => other.text.split(':\n\n').length > pings);
    await clock.advance(60_000);
    expect(other.closed).toBe(false);
    other.socket.destroy();
    await eventually(() => clock.pending === 0);
  });
});
