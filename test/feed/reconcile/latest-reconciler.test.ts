import { beforeEach, describe, expect, test } from 'vitest';
import { LatestReconciler } from '../../../src/feed/reconcile/latest-reconciler.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { isUnchanged, type Ticker } from '../../../src/market/model/ticker.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const staleMaxMs = 60_000;

/** How far the clock of the machine may be ahead that received a value. */
const skews = [1, 300, 1000];

let clock: ManualClock;
let reconciler: LatestReconciler<Ticker>;

beforeEach(() => {
  clock = new ManualClock();
  reconciler = new LatestReconciler<Ticker>({
    key: 'BTC/USDT',
    clock,
    staleMaxMs,
    toValue: (ticker) => ticker,
    isSame: isUnchanged,
    hasMoved: (previous, next) => previous.last !== next.last,
  });
});

function ticker(last: number, aheadMs: number, timestamp: number | null = null): Ticker {
  return tickerOf({ exchange: 'kraken', symbol: 'BTC/USDT', last, timestamp, receivedAt: clock.now() + aheadMs });
}

function take(value: Ticker): readonly (number | null)[] {
  return reconciler
    .take(value, 'poll')
    .events.map(({ value }) => (value instanceof MarketDataError ? null : value.last));
}

describe.each(skews)('a value received by a clock that is %i ms ahead', (skewMs) => {
  test('is taken', () => {
    expect(take(ticker(1, 0))).toEqual([1]);
    expect(take(ticker(2, skewMs))).toEqual([2]);
  });

  test('does not keep out what is received here after it', async () => {
    take(ticker(1, skewMs));
    expect(take(ticker(2, 0))).toEqual([2]);
    take(ticker(3, skewMs, clock.now()));
    await clock.advance(1);
    expect(take(ticker(4, 0, clock.now() - 1))).toEqual([4]);
  });

  test('keeps out what was received before it', async () => {
    const before = ticker(1, 0);
    await clock.advance(1);
    take(ticker(2, skewMs));
    expect(take(before)).toEqual([]);
  });

  test('is the latest, marked stale, until it is too old', async () => {
    take(ticker(1, skewMs));
    reconciler.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
    expect(reconciler.latest).toMatchObject([{ value: { last: 1, stale: true } }]);
    await clock.advance(staleMaxMs);
    expect(reconciler.isReady).toBe(true);
    await clock.advance(skewMs + 1);
    expect(reconciler.isReady).toBe(false);
  });
});
