import type { MarketRef } from '../../../market/market-ref.ts';
import type { OpenInterest } from '../../../market/model/derivatives/open-interest.ts';
import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import { notSupported } from '../../../market/model/not-supported.ts';
import { can } from '../../ccxt/capabilities.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { toOpenInterest } from '../../normalize/open-interest.ts';
import { openInterestParams } from '../../quirks/open-interest-quirks.ts';
import { requireContract } from './require-contract.ts';

/**
 * The open interest of one contract. Throws NOT_SUPPORTED, SYMBOL_NOT_FOUND, BAD_EXCHANGE_RESPONSE if the answer has no
 * number, and the exchange's errors.
 */
export async function fetchOpenInterest(
  client: ExchangeClient,
  { symbol }: MarketRef,
  exchanges: readonly ExchangeInfo[],
  now: () => number,
): Promise<OpenInterest> {
  const exchange = client.info.id;
  if (!can(client.ccxt, 'OPEN_INTEREST')) {
    throw notSupported({ exchange, symbol }, 'open interest', 'OPEN_INTEREST', exchanges);
  }
  const market = requireContract(client, await client.markets(), symbol);
  const params = openInterestParams(exchange);
  const answer = await client.call(
    async (ccxt) =>
      ccxt.has.fetchOpenInterest
        ? ccxt.fetchOpenInterest(symbol, params)
        : (await ccxt.fetchOpenInterests([symbol]))[symbol],
    { symbol },
  );
  return toOpenInterest(exchange, market, answer, now());
}
