import type { Exchange } from 'ccxt';
import type { StreamKind } from '../../market/ports/market-streams.ts';
import type { Channel } from '../ccxt/channel.ts';

/** How ccxt subscribes to several markets with one message. */
export interface JointWatch {
  /** ccxt's name for it among the features of an exchange. */
  readonly method: 'watchTickers' | 'watchOrderBookForSymbols' | 'watchOHLCVForSymbols' | 'watchTradesForSymbols';
  watch(exchange: Exchange, channels: readonly Channel[], depth: number | undefined): Promise<unknown>;
  /** Unsubscribes from all; null if ccxt cannot do that with one message. */
  unwatch(exchange: Exchange, channels: readonly Channel[], params: Record<string, number>): Promise<unknown> | null;
}

function symbolsOf(channels: readonly Channel[]): string[] {
  return channels.map(({ symbol }) => symbol);
}

function seriesOf(channels: readonly Channel[]): string[][] {
  return channels.map(({ symbol, timeframe = '1m' }) => [symbol, timeframe]);
}

export const jointWatches: Readonly<Record<StreamKind, JointWatch>> = {
  ticker: {
    method: 'watchTickers',
    watch: (exchange, channels) => exchange.watchTickers(symbolsOf(channels)),
    unwatch: (exchange, channels) =>
      exchange.has.unWatchTickers ? exchange.unWatchTickers(symbolsOf(channels)) : null,
  },
  orderBook: {
    method: 'watchOrderBookForSymbols',
    watch: (exchange, channels, depth) => exchange.watchOrderBookForSymbols(symbolsOf(channels), depth),
    unwatch: (exchange, channels, params) =>
      exchange.has.unWatchOrderBookForSymbols ? exchange.unWatchOrderBookForSymbols(symbolsOf(channels), params) : null,
  },
  candles: {
    method: 'watchOHLCVForSymbols',
    watch: (exchange, channels) => exchange.watchOHLCVForSymbols(seriesOf(channels)),
    unwatch: (exchange, channels) =>
      exchange.has.unWatchOHLCVForSymbols ? exchange.unWatchOHLCVForSymbols(seriesOf(channels)) : null,
  },
  trades: {
    method: 'watchTradesForSymbols',
    watch: (exchange, channels) => exchange.watchTradesForSymbols(symbolsOf(channels)),
    unwatch: (exchange, channels) =>
      exchange.has.unWatchTradesForSymbols ? exchange.unWatchTradesForSymbols(symbolsOf(channels)) : null,
  },
};
