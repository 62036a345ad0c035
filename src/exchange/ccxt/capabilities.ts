import type { Exchange } from 'ccxt';
import { type Capability, capabilities } from '../../market/model/exchange.ts';

const methods: Readonly<Record<Capability, string>> = {
  TICKER: 'fetchTicker',
  TICKERS: 'fetchTickers',
  MARK_PRICE: 'fetchMarkPrice',
  CANDLES: 'fetchOHLCV',
  ORDER_BOOK: 'fetchOrderBook',
  TRADES: 'fetchTrades',
  STREAM_TICKER: 'watchTicker',
  STREAM_TICKERS: 'watchTickers',
  STREAM_CANDLES: 'watchOHLCV',
  STREAM_ORDER_BOOK: 'watchOrderBook',
  STREAM_TRADES: 'watchTrades',
  STREAM_FUNDING_RATE: 'watchFundingRate',
  STREAM_LIQUIDATIONS: 'watchLiquidations',
  FUNDING_RATE: 'fetchFundingRate',
  FUNDING_RATES: 'fetchFundingRates',
  FUNDING_RATE_HISTORY: 'fetchFundingRateHistory',
  OPEN_INTEREST: 'fetchOpenInterest',
  OPEN_INTEREST_HISTORY: 'fetchOpenInterestHistory',
};

/** True when the instance has the method, its own or emulated by ccxt. */
export function can(exchange: Exchange, capability: Capability): boolean {
  return Boolean(exchange.has[methods[capability]]);
}

/** The capabilities of the instance, in the order of the schema. */
export function toCapabilities(exchange: Exchange): readonly Capability[] {
  return capabilities.filter((capability) => can(exchange, capability));
}
