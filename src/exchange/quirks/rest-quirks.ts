import type { Exchange, MarketInterface } from 'ccxt';

// Differences between exchanges that ccxt does not know. Each entry names its source.

/**
 * Exchanges that return tickers for one symbol or for all symbols, and charge 40 times as much for all. Sources:
 * Binance, "24hr Ticker Price Change Statistics" of the USDⓈ-M and COIN-M futures; Aster's API documentation of the
 * same endpoint. The spot entries are for exchanges that copied it: ccxt's own costs in binanceus.js and bitrue.js.
 */
const expensiveBatches: Readonly<Record<string, readonly ('spot' | 'contract')[]>> = {
  aster: ['contract'],
  binance: ['contract'],
  binancecoinm: ['contract'],
  binanceus: ['spot'],
  binanceusdm: ['contract'],
  bitrue: ['spot'],
};
const expensiveBatchPaysFrom = 40;

/** The number of symbols from which one batched ticker call is cheaper for the exchange than single calls. */
export function batchPaysFrom(exchange: string, market: MarketInterface): number {
  const kind = market.spot ? 'spot' : 'contract';
  return expensiveBatches[exchange]?.includes(kind) ? expensiveBatchPaysFrom : 2;
}

/**
 * Exchanges that return the tickers of options for one underlying: the one that this parameter names, otherwise
 * BTC-USD. Source: fetchTickers in okx.js of ccxt, and the classes that extend it. The parameter's value is the
 * exchange's id of the underlying, such as `ETH-USD`.
 */
const underlyingParameters: Readonly<Record<string, string>> = { myokx: 'uly', okx: 'uly', okxus: 'uly' };

/** ccxt's parameters of a batched ticker call for markets of one underlying; null if the call takes none. */
export function underlyingParams(exchange: string, market: MarketInterface): Readonly<Record<string, string>> | null {
  const parameter = market.option ? underlyingParameters[exchange] : undefined;
  if (parameter === undefined || !market.baseId || !market.quoteId) return null;
  return { [parameter]: `${market.baseId}-${market.quoteId}` };
}

/**
 * Exchanges that serve only their newest candles, whatever `since` is. Kraken: REST API, Get OHLC Data, up to 720 of
 * the most recent. Hyperliquid: API, Info endpoint, Candle snapshot, the most recent 5000. Gate: refuses candles that
 * are more than 10,000 points ago ("Maximum 10000 points recently are allowed", freqtrade#12814).
 */
const newestCandlesOnly: Readonly<Record<string, number>> = {
  gate: 10_000,
  gateio: 10_000,
  hyperliquid: 5000,
  kraken: 720,
};

/**
 * Timeframes whose length differs from ccxt's name for them. Kraken's interval of 21600 minutes is 15 days (REST API,
 * Get OHLC Data).
 */
const actualTimeframes: Readonly<Record<string, Readonly<Record<string, string>>>> = { kraken: { '2w': '15d' } };

/** The timeframe whose length the exchange's candles have when `timeframe` is requested; nearly always the same. */
export function actualTimeframe(exchange: string, timeframe: string): string {
  return actualTimeframes[exchange]?.[timeframe] ?? timeframe;
}

/** How many candles back the exchange can answer; null if it has no known limit. */
export function candleHistory(exchange: string): number | null {
  return newestCandlesOnly[exchange] ?? null;
}

/**
 * Makes ccxt's throttle charge what Binance charges for spot tickers of several symbols. ccxt counts a call with
 * `symbols` as one for all symbols. The weights: up to 20 symbols 2, up to 100 40, more 80 (rest-api.md of binance-
 * spot-api-docs); ccxt's unit there is 0.2 per weight.
 */
export function correctRequestCosts(exchange: Exchange): void {
  if (exchange.id !== 'binance') return;
  const original = exchange.calculateRateLimiterCost.bind(exchange);
  exchange.calculateRateLimiterCost = (api, method, path, params, config) => {
    const symbols: unknown = path === 'ticker/24hr' && api === 'public' ? params.symbols : undefined;
    if (typeof symbols !== 'string') return original(api, method, path, params, config);
    const count = symbols.split(',').length;
    return 0.2 * (count <= 20 ? 2 : count <= 100 ? 40 : 80);
  };
}

/**
 * ccxt's method for the newest trades one by one; null for exchanges that do not need it. ccxt usually fetches these
 * trades aggregated by taker order: the ids of the aggregates differ from the ids of the trades that the same exchange
 * streams. Source: binance.js of ccxt, fetchTrades; "Compressed/Aggregate trades list" of binance-spot-api-docs.
 */
export function singleTradesMethod(exchange: string, market: MarketInterface): string | null {
  if (!/^binance(us|usdm|coinm)?$/.test(exchange) || market.option) return null;
  return market.linear ? 'fapiPublicGetTrades' : market.inverse ? 'dapiPublicGetTrades' : 'publicGetTrades';
}

/**
 * Requests for a market list that are needed to read the other lists: without them, their markets would be wrong.
 * Phemex: the sizes of contracts are only in the list of version 1 (phemex.js of ccxt, fetchMarkets).
 */
const requiredByOthers: Readonly<Record<string, RegExp>> = { phemex: /^v1 exchange\/public\/products / };

/** The exchange's clock, by which ccxt sets its own if `adjustForTimeDifference` is set (loadTimeDifference). */
const clock = /^\S+ \S*\b(server)?time(stamp)?\b/i;

export function isRequiredByOthers(exchange: string, request: string): boolean {
  return clock.test(request) || (requiredByOthers[exchange]?.test(request) ?? false);
}

/**
 * Requests for a market list that only add fees and margins to the markets of another one (fetchMarkets of bitget.js,
 * gate.js and kucoin.js of ccxt): no market is missing without them.
 */
const extraRequests: Readonly<Record<string, RegExp>> = {
  bitget: /^public,margin /,
  gate: /^public,margin /,
  gateeu: /^public,margin /,
  kucoin: /^public market\/allTickers |^private /,
};

export function holdsNoMarkets(exchange: string, request: string): boolean {
  return extraRequests[exchange]?.test(request) ?? false;
}
