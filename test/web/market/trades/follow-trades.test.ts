import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Failure } from '../../../../web/src/client/error-text.ts';
import { followTrades } from '../../../../web/src/market/trades/follow-trades.ts';
import type { Trade } from '../../../../web/src/market/trades/trade-list.ts';
import { FakeTrades } from '../../../support/web/fake-trades.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const trade = (id: string, timestamp: number): Trade => ({ id, timestamp, side: 'BUY', price: 1, amount: 1 });

/** Follows the trades of the fake server, and keeps what a viewer sees. */
function follow(server: FakeTrades) {
  const seen: { ids: readonly string[]; failure: Failure | null } = { ids: [], failure: null };
  const stop = followTrades({
    client: server.client,
    market: { exchange: 'sim', symbol: 'BTC/USDT' },
    limit: 50,
    onTrades: (trades) => {
      seen.ids = trades.map(({ id }) => id);
    },
    onFailure: (failure) => {
      seen.failure = failure;
    },
  });
  return { seen, stop };
}

test('first come the newest trades, then live ones from the newest on', async () => {
  const server = new FakeTrades();
  server.recent = [trade('a', 1), trade('b', 2)];
  const { seen } = follow(server);
  await vi.advanceTimersByTimeAsync(0);
  expect(seen.ids).toEqual(['b', 'a']);
  expect(server.since).toEqual([2]);
  server.push([trade('b', 2), trade('c', 3)]);
  expect(seen.ids).toEqual(['c', 'b', 'a']);
});

test('a client that was too slow continues at the newest trade that has arrived', async () => {
  const server = new FakeTrades();
  server.recent = [trade('a', 1)];
  const { seen } = follow(server);
  await vi.advanceTimersByTimeAsync(0);
  server.push([trade('a', 1), trade('b', 2)]);
  server.fail({ code: 'SLOW_CONSUMER', retryable: true });
  expect(seen.failure?.retryAfterMs).not.toBeNull();
  await vi.runOnlyPendingTimersAsync();
  expect(server.since).toEqual([1, 2]);
  server.push([trade('b', 2), trade('c', 3)]);
  expect(seen.ids).toEqual(['c', 'b', 'a']);
  expect(seen.failure).toBeNull();
});

test('if the server cannot go back that far any more, the list begins anew', async () => {
  const server = new FakeTrades();
  server.recent = [trade('a', 1)];
  const { seen } = follow(server);
  await vi.advanceTimersByTimeAsync(0);
  server.push([trade('a', 1)]);
  server.recent = [trade('y', 8), trade('z', 9)];
  server.fail({ code: 'BAD_USER_INPUT', retryable: false });
  await vi.runOnlyPendingTimersAsync();
  expect(seen.ids).toEqual(['z', 'y']);
  expect(server.since).toEqual([1, 9]);
  expect(seen.failure).toBeNull();
});

test('an exchange without trades is asked once', async () => {
  const server = new FakeTrades();
  server.refusal = { code: 'NOT_SUPPORTED', retryable: false };
  const { seen } = follow(server);
  await vi.advanceTimersByTimeAsync(0);
  server.fail({ code: 'NOT_SUPPORTED', retryable: false });
  expect(seen.failure).toMatchObject({ message: 'NOT_SUPPORTED', retryAfterMs: null });
  expect(vi.getTimerCount()).toBe(0);
  expect(server.queries).toBe(1);
});

test('an exchange that streams trades but does not list them is followed', async () => {
  const server = new FakeTrades();
  server.refusal = { code: 'NOT_SUPPORTED', retryable: false };
  const { seen } = follow(server);
  await vi.advanceTimersByTimeAsync(0);
  server.push([trade('a', 1)]);
  expect(server.since).toEqual([null]);
  expect(seen).toEqual({ ids: ['a'], failure: null });
});

test('a query that fails for now is repeated', async () => {
  const server = new FakeTrades();
  server.refusal = { code: 'RATE_LIMITED', retryable: true };
  const { seen } = follow(server);
  await vi.advanceTimersByTimeAsync(0);
  expect(server.since).toEqual([]);
  server.refusal = null;
  server.recent = [trade('a', 1)];
  await vi.runOnlyPendingTimersAsync();
  expect(seen).toEqual({ ids: ['a'], failure: null });
});

test('nothing goes on after it is stopped', async () => {
  const server = new FakeTrades();
  const { stop } = follow(server);
  stop();
  await vi.advanceTimersByTimeAsync(0);
  expect(server.since).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
