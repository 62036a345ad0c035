import type { Exchange } from 'ccxt';
import type { StreamKind } from '../../../market/ports/market-streams.ts';
import type { Channel } from '../../ccxt/channel.ts';

/** How ccxt subscribes to several markets with one message. */
export interface JointWatch {
  /** ccxt's names for it among the features of an exchange; null if ccxt has none. */
  readonly method:
    | 'watchTickers'
    | 'watchOrderBookForSymbols'
    | 'watchOHLCVForSymbols'
    | 'watchTradesForSymbols'
    | 'watchFundingRates'
    | 'watchLiquidationsForSymbols'
    | null;
  readonly unmethod:
    | 'unWatchTickers'
    | 'unWatchOrderBookForSymbols'
    | 'unWatchOHLCVForSymbols'
    | 'unWatchTradesForSymbols'
    | 'unWatchFundingRates'
    | null;
  watch(exchange: Exchange, channels: readonly Channel[], depth: number | undefined): Promise<unknown>;
  /** `params` are those that name the depth of books. */
  unwatch(exchange: Exchange, channels: readonly Channel[], params: Record<string, number>): Promise<unknown>;
}

function symbolsOf(channels: readonly Channel[]): string[] {
  return channels.map(({ symbol }) => symbol);
}

function seriesOf(channels: readonly Channel[]): string[][] {
  return channels.map(({ symbol, timeframe = '1m' }) => [symbol, timeframe]);
}

/** For the kinds of data that no exchange streams. */
const notWatched: JointWatch = {
  method: null,
  unmethod: null,
  watch: () => Promise.reject(new Error('ccxt has no stream of this kind')),
  unwatch: () => Promise.reject(new Error('ccxt has no stream of this kind')),
};

export const jointWatches: Readonly<Record<StreamKind, JointWatch>> = {
  ticker: {
    method: 'watchTickers',
    unmethod: 'unWatchTickers',
    watch: (exchange, channels) => exchange.watchTickers(symbolsOf(channels)),
    unwatch: (exchange, channels) => exchange.unWatchTickers(symbolsOf(channels)),
  },
  orderBook: {
    method: 'watchOrderBookForSymbols',
    unmethod: 'unWatchOrderBookForSymbols',
    watch: (exchange, channels, depth) => exchange.watchOrderBookForSymbols(symbolsOf(channels), depth),
    unwatch: (exchange, channels, params) => exchange.unWatchOrderBookForSymbols(symbolsOf(channels), params),
  },
  candles: {
    method: 'watchOHLCVForSymbols',
    unmethod: 'unWatchOHLCVForSymbols',
    watch: (exchange, channels) => exchange.watchOHLCVForSymbols(seriesOf(channels)),
    unwatch: (exchange, channels) => {
      // When the exchange confirms, OKX's class fails for a market without candles, and with it all other streams.
      for (const { symbol } of channels) exchange.ohlcvs[symbol] ??= {};
      return exchange.unWatchOHLCVForSymbols(seriesOf(channels));
    },
  },
  trades: {
    method: 'watchTradesForSymbols',
    unmethod: 'unWatchTradesForSymbols',
    watch: (exchange, channels) => exchange.watchTradesForSymbols(symbolsOf(channels)),
    unwatch: (exchange, channels) => exchange.unWatchTradesForSymbols(symbolsOf(channels)),
  },
  fundingRate: {
    method: 'watchFundingRates',
    unmethod: 'unWatchFundingRates',
    watch: (exchange, channels) => exchange.watchFundingRates(symbolsOf(channels)),
    unwatch: (exchange, channels) => exchange.unWatchFundingRates(symbolsOf(channels)),
  },
  liquidations: {
    method: 'watchLiquidationsForSymbols',
    unmethod: null,
    watch: (exchange, channels) => exchange.watchLiquidationsForSymbols(symbolsOf(channels)),
    unwatch: () => Promise.reject(new Error('ccxt cannot unsubscribe from liquidations')),
  },
  allTickers: notWatched,
  openInterest: notWatched,
};
