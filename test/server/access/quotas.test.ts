import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type WebSocket from 'ws';
import { createGate, type Gate, type GateOptions } from '../../../src/server/access/gate.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { openSocket } from '../../support/socket-client.ts';

const minuteMs = 60_000;
const query = '{ exchanges { id } }';

let now: number;

beforeEach(() => {
  now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now });
});

afterEach(() => {
  vi.useRealTimers();
});

function skip(ms: number): void {
  now += ms;
  vi.setSystemTime(now);
}

async function refusalOf(asked: () => unknown): Promise<unknown> {
  try {
    await asked();
    return null;
  } catch (error) {
    return error;
  }
}

describe('a gate', () => {
  const caller = { address: '192.0.2.1', key: null };

  test('without quotas accepts every request', () => {
    const gate = createGate({ apiKeys: ['a'] });
    const known = gate.identify('192.0.2.1', 'Bearer a');
    expect(known).toEqual({ address: '192.0.2.1', key: expect.stringMatching(/^key-/) });
    expect(gate.takeRequest(caller)).toBeUndefined();
    expect(gate.takeCost(caller, 1e9)).toBeUndefined();
    expect(createGate().identify('192.0.2.1', undefined)).toEqual(caller);
  });

  test('counts the requests of each address, and starts again each minute', async () => {
    const gate = createGate({ requestsPerMinute: 2 });
    await gate.takeRequest(caller);
    skip(20_000);
    await gate.takeRequest(caller);
    expect(await refusalOf(() => gate.takeRequest(caller))).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: true,
      message: 'This server accepts 2 requests per minute from each address; try again in 40 s.',
      details: { retryAfterMs: 40_000 },
    });
    expect(await refusalOf(() => gate.takeRequest({ ...caller, address: '192.0.2.2' }))).toBeNull();
    skip(39_999);
    expect(await refusalOf(() => gate.takeRequest(caller))).toMatchObject({ details: { retryAfterMs: 1 } });
    skip(1);
    expect(await refusalOf(() => gate.takeRequest(caller))).toBeNull();
  });

  test('names a wait of at most a minute, even if the clock was set back', async () => {
    const gate = createGate({ requestsPerMinute: 1 });
    await gate.takeRequest(caller);
    skip(-3_600_000);
    expect(await refusalOf(() => gate.takeRequest(caller))).toMatchObject({ details: { retryAfterMs: minuteMs } });
  });

  test('does not charge a refused operation, so that a cheaper one is still accepted', async () => {
    const gate = createGate({ costPerMinute: 100 });
    await gate.takeCost(caller, 60);
    expect(await refusalOf(() => gate.takeCost(caller, 41))).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'The operations of each address can cost 100 per minute on this server; try again in 60 s.',
    });
    expect(await refusalOf(() => gate.takeCost(caller, 40))).toBeNull();
    expect(await refusalOf(() => gate.takeCost(caller, 0))).toBeNull();
    expect(await refusalOf(() => gate.takeCost(caller, 1))).toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('refuses an operation that costs more than the whole quota, without a retry', async () => {
    const gate = createGate({ apiKeys: ['a'], costPerMinute: 100 });
    const error = await refusalOf(() => gate.takeCost({ ...caller, key: 'key-a' }, 101));
    expect(error).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: false,
      message:
        'This operation costs 101, but all operations of one API key together can cost only 100 per minute on this server: request less at once.',
    });
    expect(await refusalOf(() => gate.takeCost({ ...caller, key: 'key-a' }, 100))).toBeNull();
  });

  test('counts by key if there are keys, whatever the address', async () => {
    const gate = createGate({ apiKeys: ['a', 'b'], requestsPerMinute: 1 });
    const [a, again, b] = await Promise.all([
      gate.identify('192.0.2.1', 'Bearer a'),
      gate.identify('192.0.2.2', 'Bearer a'),
      gate.identify('192.0.2.1', 'Bearer b'),
    ]);
    await gate.takeRequest(a);
    expect(await refusalOf(() => gate.takeRequest(again))).toMatchObject({
      message: expect.stringContaining('from each API key'),
    });
    expect(await refusalOf(() => gate.takeRequest(b))).toBeNull();
  });

  test('refuses an address after too many wrong keys, even with a correct key', async () => {
    const gate = createGate({ apiKeys: ['a'], requestsPerMinute: 2 });
    const guess = (key: string, address = '192.0.2.1') => refusalOf(() => gate.identify(address, `Bearer ${key}`));
    expect(await guess('x')).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await guess('a')).toBeNull();
    expect(await guess('y')).toMatchObject({ code: 'UNAUTHENTICATED' });
    for (const key of ['z', 'a']) {
      expect(await guess(key)).toMatchObject({
        code: 'RATE_LIMITED',
        message: 'This address has sent too many wrong API keys; try again in 60 s.',
      });
    }
    expect(await guess('a', '192.0.2.2')).toBeNull();
    skip(minuteMs);
    expect(await guess('a')).toBeNull();
  });

  test('counts a request without a key, but not as a guess', async () => {
    const gate = createGate({ apiKeys: ['a'], requestsPerMinute: 1 });
    expect(await refusalOf(() => gate.identify('192.0.2.1', undefined))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await refusalOf(() => gate.identify('192.0.2.1', undefined))).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await refusalOf(() => gate.identify('192.0.2.1', 'Bearer a'))).toBeNull();
  });

  test('forgets after a minute, and does not keep the process alive', async () => {
    vi.useRealTimers();
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const gate = createGate({ requestsPerMinute: 1 });
    await gate.takeRequest(caller);
    await gate.takeRequest({ ...caller, address: '192.0.2.2' });
    expect(vi.getTimerCount()).toBe(2);
    vi.advanceTimersByTime(minuteMs);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a server', () => {
  let server: FakeServer;
  let sockets: WebSocket[];

  beforeEach(() => {
    sockets = [];
  });

  afterEach(async () => {
    for (const socket of sockets) socket.terminate();
    await server.stop();
  });

  async function start(options: GateOptions, more: Partial<Gate> = {}): Promise<void> {
    server = await startServer({ fake: { cached: true, gate: { ...createGate(options), ...more } } });
  }

  const limited = (says: RegExp) => ({
    errors: [
      {
        message: expect.stringMatching(says),
        extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 59_500 },
      },
    ],
  });

  test('refuses over HTTP with 429 and Retry-After, on every path', async () => {
    await start({ requestsPerMinute: 2 });
    await server.post(query);
    await server.get(query);
    skip(500);
    for (const answer of [
      await server.get(query),
      await server.post(query),
      await server.post('subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USD") { last } }', {
        accept: 'text/event-stream',
      }),
    ]) {
      expect(answer).toMatchObject({
        status: 429,
        headers: { 'retry-after': '60', 'access-control-expose-headers': 'retry-after', 'cache-control': 'no-store' },
      });
      expect(JSON.parse(answer.text)).toEqual(limited(/^This server accepts 2 requests per minute from each address/));
    }
    // The page is no request for data.
    const page = await server.send({ headers: { accept: 'text/html', 'accept-encoding': 'gzip' } });
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect((await server.send({ method: 'OPTIONS' })).status).toBe(204);
    skip(minuteMs);
    expect((await server.get(query)).status).toBe(200);
  });

  test('charges kept answers too', async () => {
    const charged: number[] = [];
    const gate = createGate({ costPerMinute: 1 });
    await start({}, { takeCost: (caller, cost) => (charged.push(cost) > 1 ? gate.takeCost(caller, 2) : undefined) });
    expect((await server.post(query)).status).toBe(200);
    const before = charged.length;
    await server.post(query);
    const answer = await server.post(query);
    expect(charged.length).toBeGreaterThan(before);
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(JSON.parse(answer.text).errors[0].extensions).toEqual({ code: 'RATE_LIMITED', retryable: false });
  });

  async function connect(): Promise<(message: object) => Promise<Record<string, unknown>>> {
    const socket = await openSocket(server.webSocketUrl);
    sockets.push(socket);
    return async (message) => {
      socket.send(JSON.stringify(message));
      const [data] = await once(socket, 'message');
      return JSON.parse(String(data));
    };
  }

  test('counts each operation of a socket, refuses it alone, and keeps the socket', async () => {
    await start({ requestsPerMinute: 1 });
    const send = await connect();
    server.marketData.set('BTC/USD', { last: 1 });
    const live = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USD") { last } }';
    expect(await send({ id: '1', type: 'subscribe', payload: { query: live } })).toMatchObject({
      id: '1',
      type: 'next',
    });
    skip(500);
    for (const refused of [query, live]) {
      expect(await send({ id: '2', type: 'subscribe', payload: { query: refused } })).toEqual({
        id: '2',
        type: 'error',
        payload: limited(/^This server accepts 1 requests per minute from each address/).errors,
      });
    }
    expect((await server.get(query)).status).toBe(429);
    expect(await send({ type: 'ping' })).toEqual({ type: 'pong' });
    skip(minuteMs);
    expect(await send({ id: '2', type: 'subscribe', payload: { query } })).toMatchObject({ id: '2', type: 'next' });
  });

  test('closes a socket that continues to guess with a code that makes clients wait', async () => {
    await start({ apiKeys: ['a'], requestsPerMinute: 1 });
    expect((await server.get(query, { authorization: 'Bearer b' })).status).toBe(401);
    expect((await server.get(query, { authorization: 'Bearer a' })).status).toBe(429);
    const { default: WebSocket } = await import('ws');
    const socket = new WebSocket(server.webSocketUrl, 'graphql-transport-ws');
    sockets.push(socket);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer a' } }));
    expect((await once(socket, 'close'))[0]).toBe(1013);
  });
});
