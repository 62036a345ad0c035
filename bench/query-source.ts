import { systemClock } from '../src/base/clock.ts';
import { createFeeds, type Feeds } from '../src/feed/live/feeds.ts';
import { MarketDataError } from '../src/market/errors.ts';
import type { ExchangeInfo } from '../src/market/model/exchange.ts';
import { ofUnknownFreshness } from '../src/market/model/fresh.ts';
import type { Ticker } from '../src/market/model/ticker.ts';
import type { CandleSource, MarketData } from '../src/market/ports/market-data.ts';
import type { Stream } from '../src/market/ports/market-streams.ts';
import { createCandleSeries, seriesLength } from './candle-series.ts';
import { noDerivatives, noMarkPrices } from './no-derivatives.ts';

/** The default settings of the caches. */
export const cacheSettings = {
  clock: systemClock,
  tickerTtlMs: 1000,
  staleMaxMs: 60_000,
  startTimeoutMs: 10_000,
  upstreamTimeoutMs: 10_000,
} as const;

const info: ExchangeInfo = {
  id: 'bench',
  name: 'Bench',
  countries: [],
  website: null,
  simulated: true,
  timeframes: ['1m'],
  has: ['TICKER', 'TICKERS', 'CANDLES'],
  streaming: false,
  hasTestNetwork: false,
};

/** The exchange's time of every ticker, epoch ms. Constant, because all servers must answer the same. */
const tickerTimestamp = Date.UTC(2026, 0, 1);

/** An in-process exchange that answers queries at once, with the same tickers and candles in every process. */
export function createQuerySource(): MarketData & CandleSource {
  const candles = createCandleSeries();
  const none = async (): Promise<never> => {
    throw new MarketDataError('NOT_SUPPORTED', 'The bench has only tickers and candles.');
  };
  return {
    exchanges: () => [info],
    exchange: () => info,
    fetchMarkets: none,
    fetchTimeframes: async () => ofUnknownFreshness(info.timeframes),
    fetchTickers: async (_exchange, symbols) => {
      const receivedAt = Date.now();
      return new Map(symbols.map((symbol) => [symbol, ofUnknownFreshness(toTicker(symbol, receivedAt))]));
    },
    fetchCandles: async (query) => ofUnknownFreshness(candles.read(query, Date.now())),
    candleLimits: async () => ({ perCall: 1000, oldest: Number.NEGATIVE_INFINITY }),
    fetchCandleRange: async ({ since, until, ...series }) => ({
      candles: candles.read({ ...series, since, until, limit: seriesLength }, Date.now()),
      from: since,
      next: null,
    }),
    fetchAllTickers: none,
    fetchOrderBook: none,
    fetchTrades: none,
    derivatives: noDerivatives,
    fetchMarkPrices: noMarkPrices,
  };
}

/** Feeds without subscribers. */
export function createIdleFeeds(marketData: MarketData): Feeds {
  const open = (): Stream => ({ redial: () => {}, close: () => {} });
  return createFeeds({
    marketData,
    streams: { offers: () => false, open },
    openCandles: open,
    clock: systemClock,
    random: Math.random,
    pollIntervalMs: 1000,
    lingerMs: 5000,
    silenceMs: 15_000,
    staleMaxMs: cacheSettings.staleMaxMs,
    startTimeoutMs: 10_000,
    onHealth: () => {},
  });
}

function toTicker(symbol: string, receivedAt: number): Ticker {
  return Object.freeze({
    exchange: info.id,
    symbol,
    timestamp: tickerTimestamp,
    receivedAt,
    source: 'FETCH',
    stale: false,
    last: 90_000.25,
    open: 89_500.25,
    high: 91_000.5,
    low: 88_750.75,
    close: 90_000.25,
    previousClose: null,
    bid: 90_000.24,
    bidVolume: 1.25,
    ask: 90_000.26,
    askVolume: 0.75,
    vwap: null,
    change: 500,
    percentage: 0.56,
    average: null,
    baseVolume: 12_345.678,
    quoteVolume: 1_111_111_111.11,
    markPrice: null,
    indexPrice: null,
  });
}
