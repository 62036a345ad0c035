import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import { type ExchangeQuote, isSameQuote, type Quote } from '../../../src/market/quotes/quote.ts';
import { type QuoteInput, toQuote } from '../../../src/market/quotes/to-quote.ts';
import { type Dice, generated } from '../../fuzz/dice.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';

const now = Date.UTC(2026, 0, 1);
const minute = 60_000;
const day = 86_400_000;

/** The exchanges a, b, c … with these tickers or errors. */
function quoteOf(symbol: string, ...results: readonly (Partial<Ticker> | MarketDataError | null)[]): Quote {
  const inputs = results.map((result, index): QuoteInput => {
    const exchange = String.fromCharCode(97 + index);
    if (result === null || result instanceof MarketDataError) return { exchange, result };
    return { exchange, result: tickerOf({ exchange, symbol, receivedAt: now, ...result }) };
  });
  return toQuote(symbol, inputs, now);
}

const quote = (...results: Parameters<typeof quoteOf> extends [string, ...infer R] ? R : never): Quote =>
  quoteOf('BTC/USDT', ...results);

const reasons = ({ exchanges }: Quote): readonly unknown[] => exchanges.map(({ leftOut }) => leftOut);

describe('figures', () => {
  test('are the best bid and ask with their exchanges and amounts, the spread, the median and the weighted mean', () => {
    expect(
      quote(
        { last: 100, bid: 99.9, bidVolume: 2, ask: 100.1, askVolume: 3, baseVolume: 1 },
        { last: 101, bid: 100.2, bidVolume: 4, ask: 101.3, askVolume: 5, baseVolume: 3 },
        { last: 102, bid: 99.8, ask: 101.5, baseVolume: 0 },
      ),
    ).toMatchObject({
      symbol: 'BTC/USDT',
      bestBid: { exchange: 'b', price: 100.2, amount: 4 },
      bestAsk: { exchange: 'a', price: 100.1, amount: 3 },
      spread: -0.1,
      median: 101,
      volumeWeighted: 100.75,
    });
  });

  test('are null where no exchange contributes to them', () => {
    const figures = { bestBid: null, bestAsk: null, spread: null, median: null, volumeWeighted: null };
    expect(quote()).toMatchObject({ ...figures, exchanges: [] });
    expect(quote(null, new MarketDataError('TIMEOUT', 'late'))).toMatchObject(figures);
    expect(quote({ bid: 1 })).toMatchObject({ ...figures, bestBid: { exchange: 'a', price: 1, amount: null } });
  });

  test('with an even number of prices have the middle of two as median, without binary rounding errors', () => {
    expect(quote({ last: 0.1 }, { last: 0.102 }).median).toBe(0.101);
    expect(quote({ last: 3 }, { last: 1 }).median).toBe(2);
  });

  test('of equal prices name the exchange that was asked for first', () => {
    const sides = { last: 1, bid: 1, ask: 2 };
    expect(quote(sides, sides)).toMatchObject({ bestBid: { exchange: 'a' }, bestAsk: { exchange: 'a' } });
  });

  test('of contracts are not weighted, because exchanges count their volume in different units', () => {
    const tickers = [{ last: 1, baseVolume: 1 }] as const;
    expect(quoteOf('BTC/USDT:USDT', ...tickers)).toMatchObject({ median: 1, volumeWeighted: null });
    expect(quoteOf('BTC/USDT', ...tickers).volumeWeighted).toBe(1);
  });
});

describe('an exchange is left out', () => {
  test('if it failed, has sent nothing yet, or does not list the symbol, with the code of its error', () => {
    const errors = (['TIMEOUT', 'SYMBOL_NOT_FOUND', 'EXCHANGE_NOT_FOUND'] as const).map(
      (code) => new MarketDataError(code, code),
    );
    expect(quote({ last: 1 }, null, ...errors).exchanges).toMatchObject([
      { leftOut: null, errorCode: null, ageMs: 0 },
      { leftOut: 'FAILED', errorCode: null, ticker: null, ageMs: null },
      { leftOut: 'FAILED', errorCode: 'TIMEOUT' },
      { leftOut: 'NOT_LISTED', errorCode: 'SYMBOL_NOT_FOUND' },
      { leftOut: 'NOT_LISTED', errorCode: 'EXCHANGE_NOT_FOUND' },
    ]);
  });

  test('if its ticker is stale, was received more than a minute ago, or is two days old, and is still shown', () => {
    const stale = quote(
      { last: 9, bid: 9, ask: 9 },
      { last: 9, bid: 9.1, ask: 8.9, stale: true },
      { last: 9, receivedAt: now - minute },
      { last: 9, receivedAt: now - minute - 1 },
      { last: 9, timestamp: now - 2 * day },
      { last: 9, timestamp: now - 2 * day - 1 },
      { last: 9, receivedAt: now + 5000 },
    );
    expect(reasons(stale)).toEqual([null, 'STALE', null, 'STALE', null, 'STALE', 'STALE']);
    expect(stale).toMatchObject({ bestBid: { exchange: 'a' }, bestAsk: { exchange: 'a' }, median: 9 });
    expect(stale.exchanges[3]).toMatchObject({ ticker: { last: 9 }, ageMs: minute + 1 });
    // Its clock is ahead of ours, so its age is unknown.
    expect(stale.exchanges[6]).toMatchObject({ ticker: { last: 9 }, ageMs: null });
  });

  test('without any price: 0 and less are none', () => {
    const empty = quote({ last: 5, bid: 0, ask: -1 }, { last: 0, bid: 0, ask: null }, { bid: 4 }, {});
    expect(reasons(empty)).toEqual([null, 'NO_PRICE', null, 'NO_PRICE']);
    expect(empty).toMatchObject({ bestBid: { exchange: 'c', price: 4 }, bestAsk: null, median: 5 });
    expect(empty.exchanges[0]).toMatchObject({ bidLeftOut: 'NO_PRICE', askLeftOut: 'NO_PRICE' });
  });

  test('if its last price is far from the others, with its bid and ask', () => {
    const wrong = quote({ last: 100, ask: 101 }, { last: 101, bid: 100 }, { last: 111, bid: 110, ask: 50 });
    expect(reasons(wrong)).toEqual([null, null, 'OUTLIER']);
    expect(wrong).toMatchObject({ bestBid: { price: 100 }, bestAsk: { price: 101 }, median: 100.5 });
  });

  test('not for a distance that is usual among them, or of less than 5 %', () => {
    expect(reasons(quote({ last: 100 }, { last: 120 }, { last: 140 }, { last: 160 }))).toEqual(Array(4).fill(null));
    expect(reasons(quote({ last: 100 }, { last: 100 }, { last: 100 }, { last: 105 }))).toEqual(Array(4).fill(null));
  });

  test('not with fewer than three exchanges, because either can be wrong', () => {
    expect(reasons(quote({ last: 100 }, { last: 1 }))).toEqual([null, null]);
    expect(reasons(quote({ last: 100 }, { last: 1 }, { last: 0 }))).toEqual([null, null, 'NO_PRICE']);
  });

  test('by the middle of bid and ask if it has no last price', () => {
    const middle = quote({ last: 100 }, { last: 100 }, { bid: 90, ask: 110 }, { bid: 190, ask: 210 }, { ask: 300 });
    expect(reasons(middle)).toEqual([null, null, null, 'OUTLIER', 'OUTLIER']);
  });

  test('if all that it has is a bid above its ask', () => {
    expect(reasons(quote({ last: 100 }, { bid: 101, ask: 99 }))).toEqual([null, 'OUTLIER']);
  });
});

describe('one side of an exchange is left out', () => {
  test('if it is far from the last prices, and the other side and the last price count', () => {
    const sides = quote({ last: 100, bid: 500, ask: 101 }, { last: 100, bid: 99, ask: 1 }, { last: 101 });
    expect(sides).toMatchObject({ bestBid: { price: 99 }, bestAsk: { price: 101 }, median: 100 });
    expect(sides.exchanges).toMatchObject([
      { leftOut: null, bidLeftOut: 'OUTLIER', askLeftOut: null },
      { leftOut: null, bidLeftOut: null, askLeftOut: 'OUTLIER' },
      { leftOut: null, bidLeftOut: 'NO_PRICE', askLeftOut: 'NO_PRICE' },
    ]);
  });

  test('both, if the bid is above the ask of the same exchange; equal ones are fine', () => {
    const crossed = quote({ last: 100, bid: 102, ask: 98 }, { last: 100, bid: 100, ask: 100 });
    expect(crossed).toMatchObject({ bestBid: { exchange: 'b' }, bestAsk: { exchange: 'b' }, spread: 0, median: 100 });
    expect(crossed.exchanges[0]).toMatchObject({ leftOut: null, bidLeftOut: 'OUTLIER', askLeftOut: 'OUTLIER' });
  });
});

describe('isSameQuote', () => {
  const base = quote({ last: 1, bid: 1 }, new MarketDataError('TIMEOUT', 'late'));

  test('is true if only times and ages differ', () => {
    expect(
      isSameQuote(base, quote({ last: 1, bid: 1, receivedAt: now - 5 }, new MarketDataError('TIMEOUT', '!'))),
    ).toBe(true);
  });

  test.each([
    ['a price', quote({ last: 1, bid: 2 }, new MarketDataError('TIMEOUT', 'late'))],
    ['an error', quote({ last: 1, bid: 1 }, new MarketDataError('OVERLOADED', 'late'))],
    ['a ticker instead of an error', quote({ last: 1, bid: 1 }, { last: 1 })],
    ['a reason', quote({ last: 1, bid: 1, receivedAt: now - minute - 1 }, new MarketDataError('TIMEOUT', 'late'))],
    ['the number of exchanges', quote({ last: 1, bid: 1 })],
  ])('is false if %s differs', (_name, other) => {
    expect(isSameQuote(base, other)).toBe(false);
  });
});

function toResult({ int, pick, chance }: Dice): Partial<Ticker> | MarketDataError | null {
  if (chance(10)) return null;
  if (chance(15)) return new MarketDataError(pick(['TIMEOUT', 'SYMBOL_NOT_FOUND', 'GEO_BLOCKED']), 'no');
  const price = (): number | null => pick([null, 0, -1, int(90, 110), int(99_000, 101_000) / 1000, int(1, 1000)]);
  return {
    last: price(),
    bid: price(),
    ask: price(),
    bidVolume: pick([null, 0, int(1, 9)]),
    baseVolume: pick([null, 0, int(1, 1000)]),
    stale: chance(10),
    receivedAt: now - pick([0, 10, 59_999, 60_001]),
    timestamp: pick([null, now - 5, now - day, now - 3 * day]),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The middle of a sorted list, found by leaving out the ends. */
function naiveMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  while (sorted.length > 2) sorted.splice(0, 1) && sorted.pop();
  return mean(sorted);
}

const isPrice = (value: number | null): value is number => value !== null && value > 0;

/** The reference price of a ticker that can be used; null for any other. */
function naiveReference(result: Partial<Ticker> | MarketDataError | null): number | null {
  if (result === null || result instanceof MarketDataError || result.stale) return null;
  const { last = null, bid = null, ask = null, receivedAt = now, timestamp = null } = result;
  if (now - receivedAt > minute || (timestamp !== null && receivedAt - timestamp > 2 * day)) return null;
  if (isPrice(last)) return last;
  const sides = [bid, ask].filter(isPrice);
  if (sides.length === 0 || (sides.length === 2 && (bid ?? 0) > (ask ?? 0))) return null;
  return mean(sides);
}

test('a quote is what a naive computation gives', () => {
  fc.assert(
    fc.property(
      generated((dice) => dice.many(0, 8, () => toResult(dice))),
      (results) => {
        const found = quote(...results);
        const references = results.map(naiveReference).filter((reference) => reference !== null);
        const center = naiveMedian(references);
        const spread = naiveMedian(references.map((reference) => Math.abs(reference - center)));
        const isNear = (price: number): boolean =>
          references.length < 3 || Math.abs(price - center) <= Math.max(0.05 * center, 5 * spread);
        const used = results.flatMap((result, index) => {
          const reference = naiveReference(result);
          if (reference === null || !isNear(reference) || result === null || result instanceof MarketDataError)
            return [];
          const { last = null, bid = null, ask = null, baseVolume = null } = result;
          const isOff = (side: number | null): boolean => side === null || side <= 0 || !isNear(side);
          const isCrossed = !isOff(bid) && !isOff(ask) && (bid ?? 0) > (ask ?? 0);
          const toSide = (side: number | null): number | null => (isOff(side) || isCrossed ? null : side);
          return [{ index, last: isPrice(last) ? last : null, bid: toSide(bid), ask: toSide(ask), baseVolume }];
        });
        const lefts = found.exchanges.map(({ leftOut }) => leftOut === null);
        expect(lefts).toEqual(results.map((_, index) => used.some((each) => each.index === index)));
        const bids = used.flatMap(({ bid }) => bid ?? []);
        const asks = used.flatMap(({ ask }) => ask ?? []);
        expect(found.bestBid?.price).toBe(bids.length > 0 ? Math.max(...bids) : undefined);
        expect(found.bestAsk?.price).toBe(asks.length > 0 ? Math.min(...asks) : undefined);
        const isBoth = bids.length > 0 && asks.length > 0;
        if (isBoth) expect(found.spread).toBeCloseTo(Math.min(...asks) - Math.max(...bids), 9);
        else expect(found.spread).toBeNull();
        const lasts = used.flatMap(({ last }) => last ?? []);
        if (lasts.length > 0) expect(found.median).toBeCloseTo(naiveMedian(lasts), 9);
        else expect(found.median).toBeNull();
        const volumes = used.flatMap(({ last, baseVolume }) => (last && baseVolume ? [{ last, baseVolume }] : []));
        const volume = volumes.reduce((sum, each) => sum + each.baseVolume, 0);
        const worth = volumes.reduce((sum, each) => sum + each.last * each.baseVolume, 0);
        if (volume > 0) expect(found.volumeWeighted).toBeCloseTo(worth / volume, 9);
        else expect(found.volumeWeighted).toBeNull();
      },
    ),
    { numRuns: 3000 },
  );
});

test('nothing that is left out is part of any figure', () => {
  fc.assert(
    fc.property(
      generated((dice) => dice.many(1, 8, () => toResult(dice))),
      (results) => {
        const { exchanges, ...figures } = quote(...results);
        const isUsed = ({ leftOut }: ExchangeQuote): boolean => leftOut === null;
        const inputs = exchanges.filter(isUsed).map(({ exchange, ticker }) => ({ exchange, result: ticker }));
        // Without the others, fewer prices decide what an outlier is, so that one may become an outlier or cease to be one.
        const alone = toQuote('BTC/USDT', inputs, now);
        if (!alone.exchanges.every((each, index) => isSameReason(each, exchanges.filter(isUsed)[index]))) return;
        const { exchanges: _exchanges, ...figuresAlone } = alone;
        expect(figuresAlone).toEqual(figures);
      },
    ),
    { numRuns: 1000 },
  );
});

function isSameReason(a: ExchangeQuote, b: ExchangeQuote | undefined): boolean {
  return a.leftOut === b?.leftOut && a.bidLeftOut === b.bidLeftOut && a.askLeftOut === b.askLeftOut;
}
