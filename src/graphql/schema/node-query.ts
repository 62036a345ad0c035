import { maxRows } from '../../market/row-limits.ts';
import { FieldCost, ownCallCost, sharedCallCost } from '../cost/field-cost.ts';
import type { Context } from '../execution/context.ts';
import { builder } from '../types/builder.ts';
import { type NodeName, parseNodeId, readNodeId } from '../types/node-id.ts';
import { NodeInterface, type NodeValue } from './node.ts';

const ownCosts: Readonly<Record<NodeName['type'], number>> = {
  Exchange: 1,
  Market: sharedCallCost,
  Ticker: sharedCallCost,
  OrderBook: ownCallCost,
};

/** What the field costs by itself that fetches the same as `node` with this id. */
function toOwnCost(id: unknown): number {
  const name = typeof id === 'string' ? readNodeId(id) : null;
  return name ? ownCosts[name.type] : 1;
}

/** How many levels each side of the book has that an id names. */
function toLevels(id: unknown): number {
  const name = typeof id === 'string' ? readNodeId(id) : null;
  return name?.type === 'OrderBook' ? Math.min(name.limit, maxRows) : 1;
}

async function fetchNode(name: NodeName, { marketData, marketSearch, tickers }: Context): Promise<NodeValue> {
  const { exchange } = name;
  if (name.type === 'Exchange') return marketData.exchange(exchange);
  const { symbol } = name;
  if (name.type === 'Ticker') return tickers.load({ exchange, symbol });
  if (name.type === 'Market') return marketSearch.require(exchange, symbol, await marketData.fetchMarkets(exchange));
  const { limit } = name;
  return { book: await marketData.fetchOrderBook({ exchange, symbol, limit }), limit };
}

builder.queryField('node', (t) =>
  t.field({
    type: NodeInterface,
    nullable: true,
    description: 'An exchange, market, ticker or order book by its id.',
    args: { id: t.arg.id({ required: true, description: 'As the field `id` gives it.' }) },
    extensions: {
      cost: new FieldCost({
        own: { argument: 'id', count: toOwnCost },
        rows: { argument: 'id', count: toLevels },
        isAround: true,
      }),
    },
    resolve: (_root, { id }, context) => fetchNode(parseNodeId(String(id)), context),
  }),
);
