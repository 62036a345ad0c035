import type { View } from '../address/address.ts';
import type { MarketRef } from '../base/market-ref.ts';
import type { ExchangeInfo } from '../client/exchanges.ts';

/** A server with more exchanges would load the markets of all of them for one search. */
const maxExchanges = 10;

/**
 * The exchanges that a search without the name of one asks, in this order: that of the current view, those of the watch
 * list, the simulated one. If the server has few, all of them.
 */
export function chooseScope(
  view: View,
  watched: readonly MarketRef[],
  exchanges: ReadonlyMap<string, ExchangeInfo>,
): readonly string[] {
  const viewed = view.kind === 'markets' ? (view.markets ?? []).map(({ exchange }) => exchange) : [view.exchange];
  const simulated = [...exchanges.values()].filter((exchange) => exchange.simulated).map(({ id }) => id);
  const others = exchanges.size <= maxExchanges ? exchanges.keys() : [];
  const ids = new Set([...viewed, ...watched.map(({ exchange }) => exchange), ...simulated, ...others]);
  return [...ids].flatMap((id) => (id !== null && exchanges.has(id) ? id : [])).slice(0, maxExchanges);
}
