import { systemClock } from '../src/base/clock.ts';
import { createFeeds } from '../src/feed/live/feeds.ts';
import { createLiveOperations, type LiveOperations } from '../src/feed/live/live-operations.ts';
import { MarketDataError } from '../src/market/errors.ts';
import type { ExchangeInfo } from '../src/market/model/exchange.ts';
import { ofUnknownFreshness } from '../src/market/model/fresh.ts';
import { type Market, type Markets, noLimits } from '../src/market/model/market.ts';
import type { Ticker } from '../src/market/model/ticker.ts';
import type { MarketData } from '../src/market/ports/market-data.ts';
import type { MarketStreams, StreamListener, StreamMessages } from '../src/market/ports/market-streams.ts';
import { noDerivatives, noMarkPrices } from './no-derivatives.ts';

/** An in-process exchange that ticks on command. */
export interface BenchSource {
  readonly marketData: MarketData;
  readonly live: LiveOperations;
  /** Sends a new price for the next markets that have subscribers, by default for all of them. */
  tick(): void;
}

export const symbol = 'BTC/USDT';

const info: ExchangeInfo = {
  id: 'bench',
  name: 'Bench',
  countries: [],
  website: null,
  simulated: true,
  timeframes: [],
  has: ['TICKER', 'STREAM_TICKER'],
  streaming: true,
  hasTestNetwork: false,
};

function toMarket(each: string): Market {
  const [base = '', quote = ''] = each.split('/');
  const noContract = { settle: null, linear: null, inverse: null, contractSize: null, expiry: null };
  const noOption = { strike: null, optionType: null };
  const unknown = { margin: null, listedAt: null, maker: null, taker: null, limits: noLimits };
  const precision = { pricePrecision: null, amountPrecision: null };
  const names = { exchange: info.id, symbol: each, exchangeSymbol: `${base}${quote}`, base, quote };
  return { ...names, type: 'spot', active: true, ...noContract, ...noOption, ...unknown, ...precision };
}

export interface BenchSourceOptions {
  readonly symbols?: readonly string[];
  /** The share of the markets with subscribers that get a new price in one tick; they take turns. */
  readonly share?: number;
}

export function createBenchSource(options: BenchSourceOptions = {}): BenchSource {
  const { symbols = [symbol], share = 1 } = options;
  const markets: Markets = new Map(symbols.map((each) => [each, toMarket(each)]));
  let next = 0;
  const listeners = new Map<string, StreamListener<StreamMessages['ticker']>>();
  let ticks = 0;
  const none = async (): Promise<never> => {
    throw new MarketDataError('NOT_SUPPORTED', 'The bench has only tickers.');
  };
  const marketData: MarketData = {
    exchanges: () => [info],
    exchange: () => info,
    fetchMarkets: async () => ofUnknownFreshness(markets),
    fetchTimeframes: async () => ofUnknownFreshness(info.timeframes),
    fetchTickers: async (_exchange, symbols) =>
      new Map(symbols.map((each) => [each, ofUnknownFreshness(toTicker(each, ticks))])),
    fetchCandles: none,
    fetchAllTickers: none,
    fetchOrderBook: none,
    fetchTrades: none,
    derivatives: noDerivatives,
    fetchMarkPrices: noMarkPrices,
  };
  const streams: MarketStreams = {
    offers: (_exchange, kind) => kind === 'ticker',
    open: (request, listener) => {
      listeners.set(request.symbol, {
        onMessage: (ticker, isFirst) => {
          if (isMessageOf(request.kind, ticker)) listener.onMessage(ticker, isFirst);
        },
        onInterrupted: () => {},
      });
      return { redial: () => {}, close: () => listeners.delete(request.symbol) };
    },
  };
  const feeds = createFeeds({
    marketData,
    streams,
    openCandles: streams.open,
    clock: systemClock,
    random: Math.random,
    pollIntervalMs: 1_000_000,
    lingerMs: 0,
    silenceMs: 1_000_000,
    staleMaxMs: 60_000,
    startTimeoutMs: 10_000,
    onHealth: () => {},
  });
  return {
    marketData,
    live: createLiveOperations({ feeds, marketData, clock: systemClock, timeoutMs: 10_000 }),
    tick: () => {
      ticks += 1;
      const all = [...listeners];
      for (let count = Math.round(share * all.length); count > 0; count--) {
        next = (next + 1) % all.length;
        const [each, listener] = all[next] ?? [];
        if (each !== undefined) listener?.onMessage(toTicker(each, ticks), false);
      }
    },
  };
}

/** The bench streams only tickers, so every message is a ticker. */
function isMessageOf<K extends keyof StreamMessages>(kind: K, _ticker: Ticker): _ticker is Ticker & StreamMessages[K] {
  return kind === 'ticker';
}

function toTicker(tickerSymbol: string, ticks: number): Ticker {
  const last = 90_000 + (ticks % 1000) / 100;
  const now = Date.now();
  return Object.freeze({
    exchange: 'bench',
    symbol: tickerSymbol,
    timestamp: now,
    receivedAt: now,
    source: 'STREAM',
    stale: false,
    last,
    open: 89_500.25,
    high: 91_000.5,
    low: 88_750.75,
    close: last,
    previousClose: null,
    bid: last - 0.01,
    bidVolume: 1.25,
    ask: last + 0.01,
    askVolume: 0.75,
    vwap: null,
    change: 500.25,
    percentage: 0.56,
    average: null,
    baseVolume: 12_345.678,
    quoteVolume: 1_111_111_111.11,
    markPrice: null,
    indexPrice: null,
  });
}
