import type { MarketInterface } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { Markets } from '../../../market/model/market.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { findMarket } from '../../clients/find-market.ts';
import { paysFunding } from '../../quirks/funding-quirks.ts';

/** How many contracts an error suggests. */
const maxSuggestions = 5;

/**
 * The market with this symbol, which pays funding. Throws SYMBOL_NOT_FOUND, and NOT_SUPPORTED for a market that is not a
 * perpetual contract; unless `suggesting`, without suggestions.
 */
export function requirePerpetual(
  client: ExchangeClient,
  markets: Markets,
  symbol: string,
  suggesting = true,
): MarketInterface {
  const market = findMarket(client, markets, symbol, suggesting);
  if (paysFunding(market)) return market;
  const reason = 'is not a perpetual contract, so it has no funding rate';
  if (suggesting) throw notContract(client, markets, market, reason);
  throw new MarketDataError('NOT_SUPPORTED', `${symbol} ${reason}.`, { exchange: client.info.id, symbol });
}

/** The market with this symbol, which is a contract. Throws SYMBOL_NOT_FOUND, and NOT_SUPPORTED for a spot market. */
export function requireContract(client: ExchangeClient, markets: Markets, symbol: string): MarketInterface {
  const market = findMarket(client, markets, symbol);
  if (market.contract) return market;
  throw notContract(client, markets, market, 'is not a contract, so it has no open interest');
}

/** Suggests the exchange's perpetual contracts of the same base currency, the same quote currency first. */
function notContract(
  client: ExchangeClient,
  markets: Markets,
  { symbol, base, quote }: MarketInterface,
  reason: string,
): MarketDataError {
  const exchange = client.info.id;
  const perpetuals = [...markets.values()].filter((market) => market.type === 'swap' && market.base === base);
  const suggestions = [
    ...perpetuals.filter((market) => market.quote === quote),
    ...perpetuals.filter((market) => market.quote !== quote),
  ]
    .slice(0, maxSuggestions)
    .map((market) => market.symbol);
  const hint =
    suggestions.length > 0 ? `try ${suggestions.join(' or ')}` : `${exchange} has no perpetual contract of ${base}`;
  return new MarketDataError('NOT_SUPPORTED', `${symbol} ${reason}; ${hint}.`, { exchange, symbol, suggestions });
}
