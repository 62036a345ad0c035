import fc from 'fast-check';
import { MarketDataError, marketDataErrorCodes } from '../../../../src/market/errors.ts';
import type { AllTickers } from '../../../../src/market/model/all-tickers.ts';
import type { CandleWindow } from '../../../../src/market/model/candle.ts';
import type { FundingPayment, FundingRate } from '../../../../src/market/model/derivatives/funding-rate.ts';
import type { Liquidation } from '../../../../src/market/model/derivatives/liquidation.ts';
import type { OpenInterest } from '../../../../src/market/model/derivatives/open-interest.ts';
import { type Market, marketTypes, noBounds, noLimits, optionTypes } from '../../../../src/market/model/market.ts';
import type { OrderBook } from '../../../../src/market/model/order-book.ts';
import { type MarkPrice, sources, type Ticker, type tickerNumbers } from '../../../../src/market/model/ticker.ts';
import type { Trade } from '../../../../src/market/model/trade.ts';
import type { StreamedCandle } from '../../../../src/market/ports/market-streams.ts';

/** fast-check's records have no prototype otherwise, unlike the data of this server. */
function plain<T>(fields: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(fields, { noNullPrototype: true });
}

/** Any number, those that JSON lacks included. */
export const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY));
const perhaps = fc.option(number, { nil: null });
/** Whole ms, because times are converted by adding and subtracting. */
const time = fc.integer({ min: 0, max: 2 ** 42 });
const symbol = fc.oneof(
  fc.constantFrom('BTC/USDT', 'BTC/USDT:USDT'),
  fc.oneof(fc.string(), fc.constantFrom('\u00fc\u20ac\u{1f600}', '\ud800', '\n\u2028\u0000')),
);
const ref = { exchange: fc.constantFrom('kraken', 'binance'), symbol };
const timed = {
  ...ref,
  timestamp: fc.option(time, { nil: null }),
  receivedAt: time,
  source: fc.constantFrom(...sources),
  stale: fc.boolean(),
};
const side = fc.constantFrom('buy' as const, 'sell' as const, null);

const numbers = plain<Record<(typeof tickerNumbers)[number], number | null>>({
  ...{ last: perhaps, open: perhaps, high: perhaps, low: perhaps, close: perhaps, previousClose: perhaps },
  ...{ bid: perhaps, bidVolume: perhaps, ask: perhaps, askVolume: perhaps, vwap: perhaps, change: perhaps },
  ...{ percentage: perhaps, average: perhaps, baseVolume: perhaps, quoteVolume: perhaps },
  ...{ markPrice: perhaps, indexPrice: perhaps },
});

export const ticker: fc.Arbitrary<Ticker> = fc
  .tuple(plain(timed), numbers)
  .map(([about, values]) => ({ ...about, ...values }));

export const markPrice: fc.Arbitrary<MarkPrice> = plain({ ...ref, markPrice: perhaps, indexPrice: perhaps });

/** Without a cause. */
export const error: fc.Arbitrary<MarketDataError> = plain({
  code: fc.constantFrom(...marketDataErrorCodes),
  message: fc.string(),
  details: fc.record(
    {
      ...{ exchange: fc.string(), symbol: fc.string(), symbols: fc.array(fc.string(), { maxLength: 3 }) },
      ...{ timeframe: fc.string(), retryAfterMs: number, suggestions: fc.array(fc.string(), { maxLength: 3 }) },
      ...{ retryable: fc.boolean(), isTooOld: fc.boolean(), oldest: number, maxLimit: number },
      ...{ isInDoubt: fc.boolean(), isMarketMissing: fc.boolean() },
    },
    { noNullPrototype: true, requiredKeys: [] },
  ),
}).map(({ code, message, details }) => new MarketDataError(code, message, details));

export const allTickers: fc.Arbitrary<AllTickers> = plain({
  exchange: ref.exchange,
  type: fc.constantFrom(...marketTypes, null),
  tickers: fc.array(ticker, { maxLength: 4 }),
  missing: fc.array(plain({ symbols: fc.array(symbol, { maxLength: 3 }), error }), { maxLength: 2 }),
  timestamp: fc.constant(null),
  receivedAt: time,
  source: timed.source,
  stale: fc.boolean(),
});

const levels = fc.array(plain({ price: number, amount: number }), { maxLength: 5 });

export const orderBook: fc.Arbitrary<OrderBook> = plain({ ...timed, bids: levels, asks: levels }).map(
  ({ source: _, ...book }) => book,
);

export const candles: fc.Arbitrary<readonly StreamedCandle[]> = fc.array(
  fc.record(
    {
      ...{ timestamp: number, open: number, high: number, low: number, close: number, volume: number },
      ...{ closed: fc.boolean(), stale: fc.boolean(), isFinal: fc.constant(true as const) },
    },
    { noNullPrototype: true, requiredKeys: ['timestamp', 'open', 'high', 'low', 'close', 'volume', 'closed'] },
  ),
  { maxLength: 4 },
);

export const candleWindow: fc.Arbitrary<CandleWindow> = fc.record(
  {
    ...{ candles, from: number, next: perhaps, doubt: error },
    asked: fc.record({ askedAt: time, receivedAt: time }, { noNullPrototype: true }),
  },
  { noNullPrototype: true, requiredKeys: ['candles', 'from', 'next'] },
);

export const trades: fc.Arbitrary<readonly Trade[]> = fc.array(
  fc.record(
    {
      ...{ ...ref, id: fc.option(fc.string(), { nil: null }), nth: fc.nat(), timestamp: number },
      ...{ price: number, amount: number, cost: perhaps, side },
    },
    {
      noNullPrototype: true,
      requiredKeys: ['exchange', 'symbol', 'id', 'timestamp', 'price', 'amount', 'cost', 'side'],
    },
  ),
  { maxLength: 4 },
);

export const fundingRate: fc.Arbitrary<FundingRate> = plain({
  ...timed,
  ...{ rate: perhaps, nextRate: perhaps, intervalMs: perhaps, nextFundingTime: perhaps },
  ...{ markPrice: perhaps, indexPrice: perhaps },
});

export const payments: fc.Arbitrary<readonly FundingPayment[]> = fc.array(plain({ timestamp: number, rate: number }), {
  maxLength: 4,
});

export const openInterest: fc.Arbitrary<OpenInterest> = plain({ ...timed, amount: perhaps, value: perhaps });

export const liquidations: fc.Arbitrary<readonly Liquidation[]> = fc.array(
  plain({ ...ref, timestamp: number, price: number, contracts: perhaps, value: perhaps, side }),
  { maxLength: 4 },
);

const bounds = fc.oneof(fc.constant(noBounds), plain({ min: perhaps, max: perhaps }));

export const market: fc.Arbitrary<Market> = plain({
  ...{ ...ref, exchangeSymbol: fc.string(), base: fc.string(), quote: fc.string() },
  settle: fc.option(fc.string(), { nil: null }),
  type: fc.constantFrom(...marketTypes),
  active: fc.option(fc.boolean(), { nil: null }),
  margin: fc.option(fc.boolean(), { nil: null }),
  linear: fc.option(fc.boolean(), { nil: null }),
  inverse: fc.option(fc.boolean(), { nil: null }),
  optionType: fc.constantFrom(...optionTypes, null),
  ...{ contractSize: perhaps, expiry: perhaps, strike: perhaps, listedAt: perhaps, maker: perhaps, taker: perhaps },
  limits: fc.oneof(fc.constant(noLimits), plain({ amount: bounds, price: bounds, cost: bounds })),
  ...{ pricePrecision: perhaps, amountPrecision: perhaps },
});
