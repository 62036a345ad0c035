import type { MarketDataError } from '../../../market/errors.ts';
import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import type { FundingRate } from '../../../market/model/funding-rate.ts';
import { notSupported } from '../../../market/model/not-supported.ts';
import { toMarketDataError } from '../../access/errors.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { findMarket } from '../../clients/find-market.ts';
import { toFundingRate } from '../../normalize/funding-rate.ts';

/** Funding rates of one exchange's perpetual contracts. Each symbol fails on its own. */
export async function fetchFundingRates(
  client: ExchangeClient,
  symbols: readonly string[],
  exchanges: readonly ExchangeInfo[],
  now: () => number,
): Promise<ReadonlyMap<string, FundingRate | MarketDataError>> {
  const fetchOne = async (symbol: string): Promise<FundingRate> => {
    const exchange = client.info.id;
    if (!can(client.ccxt, 'FUNDING_RATE')) {
      throw notSupported({ exchange, symbol }, 'funding rates', 'FUNDING_RATE', exchanges);
    }
    findMarket(client, await client.markets(), symbol);
    const rate = await client.call((ccxt) => ccxt.fetchFundingRate(symbol), { symbol });
    return toFundingRate(exchange, symbol, rate, now());
  };
  const outcomes = symbols.map(
    async (symbol) =>
      [
        symbol,
        await fetchOne(symbol).catch((error: unknown) =>
          toMarketDataError(error, { exchange: client.info.id, symbol }),
        ),
      ] as const,
  );
  return new Map(await Promise.all(outcomes));
}
