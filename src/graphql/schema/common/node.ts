import type { FundingRate } from '../../../market/model/derivatives/funding-rate.ts';
import type { ExchangeInfo } from '../../../market/model/exchange.ts';
import type { Market } from '../../../market/model/market.ts';
import type { OrderBook } from '../../../market/model/order-book.ts';
import type { Ticker } from '../../../market/model/ticker.ts';
import { builder } from '../../types/builder.ts';

/** An order book and the number of levels that were asked for. */
export interface LimitedBook {
  readonly book: OrderBook;
  readonly limit: number;
}

/** The values behind the types that implement Node. */
export type NodeValue = ExchangeInfo | Market | Ticker | FundingRate | LimitedBook;

export const NodeInterface = builder.interfaceRef<NodeValue>('Node').implement({
  description: 'An object that can be fetched again by its id, as in Relay.',
  fields: (t) => ({ id: t.id({ description: 'Unique across all types, exchanges and markets.' }) }),
  resolveType: toTypeName,
});

/** The name of the value's type, recognized by a property that only this type has. */
function toTypeName(value: NodeValue): string {
  if ('book' in value) return 'OrderBook';
  if ('intervalMs' in value) return 'FundingRate';
  if ('receivedAt' in value) return 'Ticker';
  return 'base' in value ? 'Market' : 'Exchange';
}
