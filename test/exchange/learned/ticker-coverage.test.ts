import { expect, test } from 'vitest';
import { TickerCoverage } from '../../../src/exchange/learned/ticker-coverage.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

test('what a call brings is remembered for an hour, and so is that it needs symbols', async () => {
  const clock = new ManualClock();
  const coverage = new TickerCoverage(clock);
  expect(coverage.of('spot')).toBeUndefined();
  coverage.learn('spot', new Set(['spot', 'swap linear']));
  coverage.learnSymbolsNeeded('option');
  await clock.advance(3_599_000);
  expect(coverage.of('spot')).toEqual(new Set(['spot', 'swap linear']));
  expect([coverage.needsSymbols('option'), coverage.needsSymbols('spot')]).toEqual([true, false]);
  await clock.advance(2000);
  expect(coverage.of('spot')).toBeUndefined();
  expect(coverage.needsSymbols('option')).toBe(false);
});
