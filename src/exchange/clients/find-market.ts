import type { MarketInterface } from 'ccxt';
import type { Markets } from '../../market/model/market.ts';
import { requireMarket } from '../../market/model/not-found.ts';
import type { ExchangeClient } from './exchange-client.ts';

/**
 * ccxt's market for a symbol. ccxt's own lookup also accepts raw ids and names such as `constructor`, so ours comes
 * first. Throws SYMBOL_NOT_FOUND, with the nearest symbols unless `suggesting` is false.
 */
export function findMarket(
  client: ExchangeClient,
  markets: Markets,
  symbol: string,
  suggesting = true,
): MarketInterface {
  requireMarket(client.info.id, symbol, markets, suggesting);
  return client.ccxt.market(symbol);
}
