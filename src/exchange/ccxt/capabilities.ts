import type { Exchange } from 'ccxt';
import { type Capability, capabilities } from '../../market/model/exchange.ts';

/** The methods of ccxt's classes: any of them is enough. */
const methods: Readonly<Record<Capability, string | readonly string[]>> = {
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
  FUNDING_RATE: ['fetchFundingRate', 'fetchFundingRates'],
  FUNDING_RATES: 'fetchFundingRates',
  FUNDING_RATE_HISTORY: 'fetchFundingRateHistory',
  OPEN_INTEREST: ['fetchOpenInterest', 'fetchOpenInterests'],
  OPEN_INTEREST_HISTORY: 'fetchOpenInterestHistory',
};

/**
 * Methods that ccxt's classes claim to have, but whose answers are not what they should be. Past open interest:
 * - Backpack: its class has no such method.
 * - Bitfinex: parseOpenInterest of its class looks for the time where rows of the past have none.
 * - OKX: fetchOpenInterestHistory of its class asks for all contracts of a currency together, not for one market.
 */
const unusable: Readonly<Record<string, readonly Capability[]>> = {
  backpack: ['OPEN_INTEREST_HISTORY'],
  bitfinex: ['OPEN_INTEREST_HISTORY'],
  myokx: ['OPEN_INTEREST_HISTORY'],
  okx: ['OPEN_INTEREST_HISTORY'],
  okxus: ['OPEN_INTEREST_HISTORY'],
};

/** True when the instance has the method, its own or emulated by ccxt. */
export function can(exchange: Exchange, capability: Capability): boolean {
  if (unusable[exchange.id]?.includes(capability)) return false;
  return [methods[capability]].flat().some((method) => Boolean(exchange.has[method]));
}

/** The capabilities of the instance, in the order of the schema. */
export function toCapabilities(exchange: Exchange): readonly Capability[] {
  return capabilities.filter((capability) => can(exchange, capability));
}
