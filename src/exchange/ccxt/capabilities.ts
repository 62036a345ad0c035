import type { Exchange } from 'ccxt';
import { type Capability, capabilities } from '../../market/model/exchange.ts';

const methods: Readonly<Record<Capability, string>> = {
  TICKER: 'fetchTicker',
  TICKERS: 'fetchTickers',
  CANDLES: 'fetchOHLCV',
  ORDER_BOOK: 'fetchOrderBook',
  TRADES: 'fetchTrades',
  STREAM_TICKER: 'watchTicker',
  STREAM_TICKERS: 'watchTickers',
  STREAM_CANDLES: 'watchOHLCV',
  STREAM_ORDER_BOOK: 'watchOrderBook',
  STREAM_TRADES: 'watchTrades',
  FUNDING_RATE: 'fetchFundingRate',
  OPEN_INTEREST: 'fetchOpenInterest',
};

/** True when the instance has the method, its own or emulated by ccxt. */
export function can(exchange: Exchange, capability: Capability): boolean {
  return Boolean(exchange.has[methods[capability]]);
}

/** The capabilities of the instance, in the order of the schema. */
export function toCapabilities(exchange: Exchange): readonly Capability[] {
  return capabilities.filter((capability) => can(exchange, capability));
}
