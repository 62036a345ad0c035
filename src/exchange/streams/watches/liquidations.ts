import type { Liquidation as CcxtLiquidation, Exchange } from 'ccxt';
import type { Liquidation } from '../../../market/model/derivatives/liquidation.ts';
import type { Capability } from '../../../market/model/exchange.ts';
import { toLiquidations } from '../../normalize/liquidation.ts';
import type { Watch, WatchRequest } from './watch.ts';

/**
 * Watches the liquidations of one market. A watch call returns the first liquidation that comes while it waits. What comes
 * before the next call, such as the others of the same packet, ccxt only keeps, in one list for all markets. So the new
 * rows of the market are taken from that list too, before a call waits and after it.
 */
export class LiquidationWatch implements Watch<'liquidations'> {
  readonly capabilities: readonly Capability[] = ['STREAM_LIQUIDATIONS'];
  /** The rows that are known already, by instance. Those from before the first call are of the past. */
  readonly #known = new WeakMap<Exchange, WeakSet<CcxtLiquidation>>();

  async next(
    exchange: Exchange,
    { symbol, exchange: id }: WatchRequest<'liquidations'>,
    now: () => number,
  ): Promise<readonly Liquidation[]> {
    const known = this.#known.get(exchange) ?? new WeakSet(keptOf(exchange));
    this.#known.set(exchange, known);
    const isNew = (row: CcxtLiquidation): boolean => row.symbol === symbol && !known.has(row);
    const returned = keptOf(exchange).some(isNew) ? [] : await watch(exchange, symbol);
    const rows = [...new Set([...returned, ...keptOf(exchange)])].filter(isNew);
    for (const row of rows) known.add(row);
    return toLiquidations(id, exchange.market(symbol), rows, now());
  }

  /** ccxt cannot. */
  unwatch(): null {
    return null;
  }
}

function watch(exchange: Exchange, symbol: string): Promise<readonly CcxtLiquidation[]> {
  return exchange.has.watchLiquidations
    ? exchange.watchLiquidations(symbol)
    : exchange.watchLiquidationsForSymbols([symbol]);
}

function keptOf({ liquidations }: Exchange): readonly CcxtLiquidation[] {
  return Array.isArray(liquidations) ? liquidations : [];
}
