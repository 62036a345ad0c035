import type { ExchangeInfo } from '../../market/model/exchange.ts';
import type { Market } from '../../market/model/market.ts';
import type { OrderBook } from '../../market/model/order-book.ts';
import type { Ticker } from '../../market/model/ticker.ts';
import { builder } from '../types/builder.ts';

/** A book, and how many levels of it were asked for. */
export interface LimitedBook {
  readonly book: OrderBook;
  readonly limit: number;
}

/** What the types that implement Node are made of. */
export type NodeValue = ExchangeInfo | Market | Ticker | LimitedBook;

export const NodeInterface = builder.interfaceRef<NodeValue>('Node').implement({
  description: 'What can be fetched again by its id, as Relay does it.',
  fields: (t) => ({ id: t.id({ description: 'Unique over all types, exchanges and markets.' }) }),
  resolveType: toTypeName,
});

/** The name of the type of a value, which is told by what only that type has. */
function toTypeName(value: NodeValue): string {
  if ('book' in value) return 'OrderBook';
  if ('receivedAt' in value) return 'Ticker';
  return 'base' in value ? 'Market' : 'Exchange';
}
