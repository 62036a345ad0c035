import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withDeadline } from '../../src/base/deadline.ts';
import {
  connect,
  expectDiscreet,
  failureOf,
  loadMarkets,
  requireError,
  venues,
} from '../support/exchange/venue-client.ts';
import { ManualClock, settle } from '../support/fakes/manual-clock.ts';

/** Long enough for an answer on a busy machine, because answers in time are tested too. */
const timeoutMs = 1000;

/** The client's sockets that carry a request from now until the end of the test. */
function watchSockets(): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  const onRequest = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return;
    if (message.socket instanceof Socket) sockets.add(message.socket);
  };
  subscribe('undici:client:sendHeaders', onRequest);
  onTestFinished(() => void unsubscribe('undici:client:sendHeaders', onRequest));
  return sockets;
}

describe.each(venues)('$id', ({ id, symbol }) => {
  async function start() {
    const connection = await connect(id, { timeoutMs });
    onTestFinished(connection.close);
    await loadMarkets(connection);
    return connection;
  }

  it.each(['hang', 'hang-body'] as const)(
    '%s ends by the deadline, frees its sockets and recovers at once',
    async (kind) => {
      const { venue, data } = await start();
      venue.fault({ kind });
      const sockets = watchSockets();
      const calls = Array.from({ length: 4 }, () => data.fetchTickers(id, [symbol]));
      for (const results of await Promise.all(calls)) {
        const error = requireError(results.get(symbol));
        expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true });
        expectDiscreet(error);
      }
      // The venue's own count is no help here: undici opens a new idle connection for each socket that it gave up.
      expect(sockets.size).toBe(4);
      await expect.poll(() => [...sockets].every((socket) => socket.closed), { interval: 5 }).toBe(true);
      venue.heal();
      expect((await data.fetchTickers(id, [symbol])).get(symbol)).toMatchObject({ symbol });
    },
  );

  it('an answer that is slow but in time is delivered', async () => {
    const { venue, data } = await start();
    venue.delayMs = timeoutMs / 5;
    expect((await data.fetchTickers(id, [symbol])).get(symbol)).toMatchObject({ symbol });
  });
});

it('when loading takes several slow requests, the waiting call times out and the next one finds the markets loaded', async () => {
  const { venue, data, close } = await connect('kraken', { timeoutMs });
  onTestFinished(close);
  venue.delayMs = timeoutMs * 0.7;
  expect(await failureOf(data.fetchMarkets('kraken'))).toMatchObject({ code: 'TIMEOUT' });
  expect((await data.fetchMarkets('kraken')).size).toBeGreaterThan(0);
  expect(venue.count()).toBe(2);
});

it('withDeadline settles like the promise in time, rejects when it is late, and leaves no timer', async () => {
  const clock = new ManualClock();
  const late = () => new Error('late');
  expect(await withDeadline(clock, 100, Promise.resolve(1), late)).toBe(1);
  await expect(withDeadline(clock, 100, Promise.reject(new Error('own')), late)).rejects.toThrow('own');
  await settle();
  expect(clock.pending).toBe(0);

  let fail = (_: Error): void => {};
  const slow = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const outcome = expect(withDeadline(clock, 100, slow, late)).rejects.toThrow('late');
  await clock.advance(99);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  await outcome;
  expect(clock.pending).toBe(0);
  // Its own rejection comes too late to matter, and is not an unhandled rejection.
  fail(new Error('too late'));
  await settle();
});

it("a call that would wait in ccxt's throttle past the deadline is rejected instead", async () => {
  const connection = await connect('kraken', { timeoutMs });
  const { venue, data, client } = connection;
  onTestFinished(connection.close);
  await loadMarkets(connection);
  Object.assign(client.ccxt, { enableRateLimit: true, rateLimit: 60_000 });
  client.ccxt.initThrottler();
  venue.reset();
  const query = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1h', limit: 3 };
  const [first, second] = [data.fetchCandles(query), failureOf(data.fetchCandles({ ...query, timeframe: '1d' }))];
  expect(await first).toHaveLength(3);
  expect(await second).toMatchObject({ code: 'OVERLOADED', details: { symbol: 'BTC/USD', timeframe: '1d' } });
  expect(venue.count()).toBe(1);
});
