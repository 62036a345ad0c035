import type { OpenInterest as CcxtOpenInterest, MarketInterface } from 'ccxt';

// How exchanges differ in open interest, where ccxt does not know it. Each entry names its source.

/**
 * Exchanges for which ccxt gives an amount as the value.
 * - Backpack: `openInterest` of BTC is 1,273 in the example of parseOpenInterest of its file in ccxt: base units.
 * - HitBTC and those that run its software: `open_interest` of BTC is 31 in the example of parseOpenInterest of its file.
 */
const amountAsValue: ReadonlySet<string> = new Set(['backpack', 'bequant', 'fmfwio', 'hitbtc']);

/**
 * The same for linear contracts. Deribit: `open_interest` is in USD for inverse contracts, and in base currency for
 * linear ones (docs.deribit.com, public/get_book_summary_by_instrument).
 */
const linearAmountAsValue: ReadonlySet<string> = new Set(['deribit']);

/**
 * Exchanges whose values of inverse contracts are in base currency. Binance: `sumOpenInterestValue` of COIN-M futures
 * (developers.binance.com, "Open Interest Statistics").
 */
const inverseValueInBase: ReadonlySet<string> = new Set(['binance', 'binancecoinm']);

/** Exchanges whose answer has no time, for which ccxt fills in the local clock: fetchOpenInterest of hibachi.js. */
const withoutTime: ReadonlySet<string> = new Set(['hibachi']);

/** The values of ccxt's open interest before they are checked. */
export type RawOpenInterest = Readonly<
  Partial<Record<'openInterestAmount' | 'openInterestValue' | 'timestamp', unknown>>
>;

/** ccxt's open interest, with the amount as an amount and the value in quote currency. */
export function correctOpenInterest(
  exchange: string,
  { linear, inverse }: Pick<MarketInterface, 'linear' | 'inverse'>,
  interest: CcxtOpenInterest,
): RawOpenInterest {
  const { openInterestAmount, openInterestValue } = interest;
  const timed = withoutTime.has(exchange) ? { ...interest, timestamp: undefined } : interest;
  if (amountAsValue.has(exchange) || (linear && linearAmountAsValue.has(exchange))) {
    return { ...timed, openInterestAmount: openInterestAmount ?? openInterestValue, openInterestValue: undefined };
  }
  return inverse && inverseValueInBase.has(exchange) ? { ...timed, openInterestValue: undefined } : timed;
}

type Params = Readonly<Record<string, string | number>>;

/** Binance asks for a pair and a type of contract, such as PERPETUAL, where ccxt sends the id and CURRENT_QUARTER. */
function ofPair({ inverse, info }: Pick<MarketInterface, 'inverse' | 'info'>): Params {
  const [pair, contractType]: readonly unknown[] = [info?.pair, info?.contractType];
  return inverse && typeof pair === 'string' && typeof contractType === 'string' ? { pair, contractType } : {};
}

/**
 * - Binance: "Open Interest Statistics" of the COIN-M futures (developers.binance.com).
 * - HTX: amounts in contracts, as in fetchOpenInterest of its file in ccxt; its fetchOpenInterestHistory asks for coins.
 */
const historyParams: Readonly<Record<string, typeof ofPair>> = {
  binance: ofPair,
  binancecoinm: ofPair,
  htx: () => ({ amount_type: 1 }),
};

/** ccxt's parameters of a call for past open interest. */
export function openInterestHistoryParams(exchange: string, market: Pick<MarketInterface, 'inverse' | 'info'>): Params {
  return historyParams[exchange]?.(market) ?? {};
}

const ofBinance = ['5m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d'];
const ofBybit = ['5m', '15m', '30m', '1h', '4h', '1d'];

/**
 * The timeframes of past open interest. Binance: developers.binance.com, "Open Interest Statistics". Bybit:
 * bybit-exchange.github.io/docs/v5/market/open-interest, intervalTime. Gate: gate.com/docs/developers/apiv4, "Futures
 * stats", interval. The others: fetchOpenInterestHistory of their files in ccxt, which refuses all others.
 */
const timeframes: Readonly<Record<string, readonly string[]>> = {
  binance: ofBinance,
  binancecoinm: ofBinance,
  binanceusdm: ofBinance,
  bybit: ofBybit,
  bybiteu: ofBybit,
  bybitid: ofBybit,
  extended: ['1h', '1d'],
  gate: ofBybit,
  gateeu: ofBybit,
  htx: ['1h', '4h', '12h', '1d'],
  kucoin: ofBybit,
  kucoinfutures: ofBybit,
};

/** The timeframes in which an exchange has past open interest; null if they are those of its candles. */
export function openInterestTimeframes(exchange: string): readonly string[] | null {
  return timeframes[exchange] ?? null;
}

const dayMs = 86_400_000;
const binanceReachMs = 30 * dayMs;

/** How far back past open interest reaches, in ms. Binance: "Only the data of the latest 1 month is available". */
const reach: Readonly<Record<string, number>> = {
  binance: binanceReachMs,
  binancecoinm: binanceReachMs,
  binanceusdm: binanceReachMs,
};

/** How far back past open interest reaches, in ms; null if no limit is known. */
export function openInterestReach(exchange: string): number | null {
  return reach[exchange] ?? null;
}

/**
 * How many values one call may ask for, where more are refused. Binance: 500 (developers.binance.com, "Open Interest
 * Statistics"). Bybit: 200 (bybit-exchange.github.io/docs/v5/market/open-interest, limit).
 */
const pageSizes: Readonly<Record<string, number>> = {
  binance: 500,
  binancecoinm: 500,
  binanceusdm: 500,
  bybit: 200,
  bybiteu: 200,
  bybitid: 200,
};

/** How many values of past open interest one call may ask for; null if no limit is known. */
export function openInterestPageSize(exchange: string): number | null {
  return pageSizes[exchange] ?? null;
}

/**
 * ccxt's parameters of a call for the current open interest. Bybit: fetchOpenInterest of its file in ccxt takes the newest
 * value of the past, by the hour; that of the shortest interval is more current
 * (bybit-exchange.github.io/docs/v5/market/open-interest, intervalTime).
 */
const currentParams: Readonly<Record<string, Params>> = {
  bybit: { interval: '5m' },
  bybiteu: { interval: '5m' },
  bybitid: { interval: '5m' },
};

export function openInterestParams(exchange: string): Params {
  return currentParams[exchange] ?? {};
}
