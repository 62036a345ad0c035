import { expect, it, onTestFinished } from 'vitest';
import { createCachedMarketData } from '../../../src/app/cached-market-data.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { CallOutcome } from '../../../src/exchange/access/call-listeners.ts';
import { createMarketData } from '../../../src/exchange/fetch/create-market-data.ts';
import { connect, failureOf, loadMarkets } from '../../support/exchange/venue-client.ts';

const timeoutMs = 500;
const paceMs = 50;

/** Kraken at a pace of ten calls per deadline, as if it accepted one call per second and the deadline were 10 s. */
async function startSlow() {
  const outcomes: CallOutcome[] = [];
  const connection = await connect('kraken', {
    timeoutMs,
    options: { enableRateLimit: true, rateLimit: paceMs },
    onCall: (_, outcome) => outcomes.push(outcome),
  });
  onTestFinished(connection.close);
  await loadMarkets(connection);
  connection.venue.reset();
  outcomes.length = 0;
  const data = createCachedMarketData({
    upstream: createMarketData(connection.exchanges, systemClock),
    clock: systemClock,
    tickerTtlMs: 10_000,
    staleMaxMs: 60_000,
    upstreamTimeoutMs: timeoutMs,
  });
  const ask = () => connection.client.call((ccxt) => ccxt.fetchTicker('BTC/USD'), { symbol: 'BTC/USD' });
  return { ...connection, data, outcomes, ask };
}

it('a page of books, trades and candles of a few markets is answered, although that takes longer than one deadline', async () => {
  const { venue, data, client } = await startSlow();
  const page = ['BTC/USD', 'ETH/USD', 'SOL/USD', 'DOGE/USD', 'XRP/USD'].flatMap((symbol) => [
    data.fetchOrderBook({ exchange: 'kraken', symbol, limit: 10 }),
    data.fetchTrades({ exchange: 'kraken', symbol, limit: 10 }),
    data.fetchCandles({ exchange: 'kraken', symbol, timeframe: '1h', limit: 3 }),
  ]);
  await Promise.all(page);
  expect(venue.count()).toBeGreaterThan(timeoutMs / paceMs);
  expect(client.status).toMatchObject({ queued: 0, running: 0, circuit: 'closed' });
});

it('equal requests share one call', async () => {
  const { venue, data } = await startSlow();
  const ask = () => data.fetchOrderBook({ exchange: 'kraken', symbol: 'BTC/USD', limit: 10 });
  await Promise.all(Array.from({ length: 30 }, ask));
  expect(venue.count()).toBe(1);
});

it('calls that would wait longer than three deadlines are refused immediately with a retry time; the rest is answered', async () => {
  const { venue, ask, outcomes } = await startSlow();
  const calls = await Promise.allSettled(Array.from({ length: 60 }, ask));
  const errors = calls.flatMap((call) => (call.status === 'rejected' ? [call.reason] : []));
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) {
    expect(error).toMatchObject({ code: 'OVERLOADED', retryable: true, details: { symbol: 'BTC/USD' } });
    expect(error.details.retryAfterMs).toBeGreaterThanOrEqual(1000);
  }
  const answered = calls.length - errors.length;
  expect(answered).toBeGreaterThan((2 * timeoutMs) / paceMs);
  expect(venue.count()).toBe(answered);
  expect(outcomes.filter((outcome) => outcome === 'OVERLOADED')).toHaveLength(errors.length);
});

it("a call whose turn in ccxt's throttle never comes is refused after three deadlines, and never sent", async () => {
  const { venue, ask, client } = await startSlow();
  Object.assign(client.ccxt, { throttle: () => new Promise<never>(() => {}) });
  expect(await failureOf(ask())).toMatchObject({ code: 'OVERLOADED' });
  expect(venue.count()).toBe(0);
  expect(client.status.circuit).toBe('closed');
});
