import type { Currencies, Exchange } from 'ccxt';
import { ccxtErrors } from './ccxt.ts';

/**
 * Lets an instance load its markets when its list of currencies fails: ccxt asks for it first, and nothing that is served
 * needs it (`loadMarketsHelper` of ccxt/js/src/base/Exchange.js; kraken.js, bitso.js and latoken.js look into it, and
 * take it as empty where it is). The currencies as last listed stand in. An exchange that asks to wait is not asked for
 * more: that error stays one. `onError` hears of the others.
 */
export function tolerateMissingCurrencies(exchange: Exchange, onError: (error: unknown) => void): void {
  const fetchListed = exchange.fetchCurrencies.bind(exchange);
  let listed: Currencies = {};
  exchange.fetchCurrencies = async (params) => {
    try {
      const currencies = await fetchListed(params);
      listed = currencies ?? listed;
      return currencies;
    } catch (error) {
      if (error instanceof ccxtErrors.RateLimitExceeded || error instanceof ccxtErrors.DDoSProtection) throw error;
      onError(error);
      return listed;
    }
  };
}
