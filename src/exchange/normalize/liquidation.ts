import type { Liquidation as CcxtLiquidation } from 'ccxt';
import type { Liquidation } from '../../market/model/derivatives/liquidation.ts';
import { closingSide, liquidationRows } from '../quirks/liquidation-quirks.ts';
import { toNumber, toPastInstant, toPositive } from './numbers.ts';
import { type PricedMarket, toCost } from './trade-cost.ts';

/**
 * Converts ccxt's liquidations of a market that were received at `now` (epoch ms): oldest first. Rows without a possible
 * time or price are left out. The value is computed as the cost of trades is: for inverse contracts, ccxt would multiply
 * an amount of quote currency by the price.
 */
export function toLiquidations(
  exchange: string,
  market: PricedMarket,
  rows: readonly CcxtLiquidation[],
  now: number,
): readonly Liquidation[] {
  return rows
    .flatMap((row) => liquidationRows(exchange, row))
    .flatMap((row) => toLiquidation(exchange, market, row, now) ?? [])
    .sort((a, b) => a.timestamp - b.timestamp);
}

function toLiquidation(exchange: string, market: PricedMarket, row: CcxtLiquidation, now: number): Liquidation | null {
  const [timestamp, price] = [toPastInstant(row.timestamp, now), toPositive(row.price)];
  if (timestamp === null || price === null) return null;
  const contracts = toPositive(row.contracts);
  const reported = toNumber(row.quoteValue);
  return Object.freeze({
    exchange,
    symbol: market.symbol,
    timestamp,
    price,
    contracts,
    value: contracts === null ? null : toCost(exchange, market, { price, amount: contracts, reported }),
    side: closingSide(exchange, row),
  });
}
