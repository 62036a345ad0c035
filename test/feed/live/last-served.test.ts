import { expect, test } from 'vitest';
import { LastServed } from '../../../src/feed/live/last-served.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const clock = new ManualClock();

function received(aheadMs: number, stale = false) {
  return { exchange: 'kraken', symbol: 'BTC/USDT', receivedAt: clock.now() + aheadMs, stale };
}

test('a value is older than what was served if it was received before it', () => {
  const served = new LastServed(clock);
  served.mark('ticker', received(0));
  expect([-1, 0, 1].map((ms) => served.isNewer('ticker', received(ms)))).toEqual([true, false, false]);
  expect(served.isNewer('book', received(-1))).toBe(false);
});

test('stale values are passed on whatever was served', () => {
  const served = new LastServed(clock);
  served.mark('ticker', received(0));
  expect(served.isNewer('ticker', received(-1, true))).toBe(false);
});

test.each([1, 300, 1000])(
  'a served value received by a clock that is %i ms ahead does not make the next one older',
  (ms) => {
    const served = new LastServed(clock);
    served.mark('ticker', received(ms));
    expect(served.isNewer('ticker', received(0))).toBe(false);
    expect(served.isNewer('ticker', received(-1))).toBe(true);
  },
);
