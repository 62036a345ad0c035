import { expect, test } from 'vitest';
import { FirstLoadBackoff } from '../../../src/exchange/markets/first-load-backoff.ts';
import { MarketDataError } from '../../../src/market/errors.ts';

const minute = 60_000;

/** Refusals by a clock that can be set to any time. */
function create() {
  const clock = { at: Date.UTC(2026, 0, 1) };
  const refusals = new FirstLoadBackoff({ now: () => clock.at, after: () => () => {} });
  return { clock, refusals };
}

const refused = new MarketDataError('BAD_EXCHANGE_RESPONSE', 'No list.', { exchange: 'kraken' });

test('a list that was refused is not requested again for a while, which grows', () => {
  const { clock, refusals } = create();
  const pauses = Array.from({ length: 8 }, () => {
    refusals.mark(refused);
    const pauseMs = refusals.current?.details.retryAfterMs ?? 0;
    clock.at += pauseMs;
    expect(refusals.current).toBeNull();
    return pauseMs;
  });
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, minute, minute]);
});

test('a clock that was set back does not extend the pause', () => {
  const { clock, refusals } = create();
  refusals.mark(refused);
  clock.at -= 60 * minute;
  expect(refusals.current).toBeNull();
});

test('outages are paced by the circuits', () => {
  const { refusals } = create();
  const outage = new MarketDataError('EXCHANGE_UNAVAILABLE', 'Down.', { exchange: 'kraken' });
  expect(refusals.mark(outage)).toBe(outage);
  expect(refusals.current).toBeNull();
});
