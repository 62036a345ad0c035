import { expect, it } from 'vitest';
import { sleep, systemClock } from '../../src/base/clock.ts';
import { MarketDataError, marketDataErrorCodes } from '../../src/market/errors.ts';
import { ManualClock, settle } from '../support/fakes/manual-clock.ts';

it('sleep resolves after its delay and leaves no timer', async () => {
  const clock = new ManualClock();
  let isAwake = false;
  const sleeping = sleep(clock, 100, new AbortController().signal).then(() => {
    isAwake = true;
  });
  await clock.advance(99);
  expect(isAwake).toBe(false);
  await clock.advance(1);
  await sleeping;
  expect(clock.pending).toBe(0);
});

it('sleep resolves at once when it is aborted, before or after it began', async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const sleeping = sleep(clock, 100, controller.signal);
  controller.abort();
  await sleeping;
  await sleep(clock, 100, controller.signal);
  await settle();
  expect(clock.pending).toBe(0);
});

it('a timer of the system clock can be cancelled', async () => {
  const cancel = systemClock.after(1, () => expect.unreachable());
  cancel();
  await new Promise<void>((resolve) => systemClock.after(5, resolve));
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
});

it('only errors that may pass with time are retryable, unless an error says otherwise', () => {
  const retryable = marketDataErrorCodes.filter((code) => new MarketDataError(code, '').retryable);
  expect(retryable).toEqual(['OVERLOADED', 'RATE_LIMITED', 'EXCHANGE_UNAVAILABLE', 'TIMEOUT', 'BAD_EXCHANGE_RESPONSE']);
  expect(new MarketDataError('TIMEOUT', '', { retryable: false }).retryable).toBe(false);
});

it('withSymbol changes the symbol of an error and nothing else', () => {
  const cause = new Error('cause');
  const error = new MarketDataError('RATE_LIMITED', 'wait', { exchange: 'kraken', retryAfterMs: 5, cause });
  const about = error.withSymbol('BTC/USD');
  expect(about).toMatchObject({ code: 'RATE_LIMITED', message: 'wait', cause });
  expect(about.details).toEqual({ exchange: 'kraken', symbol: 'BTC/USD', retryAfterMs: 5, cause });
  expect(error.details.symbol).toBeUndefined();
});
