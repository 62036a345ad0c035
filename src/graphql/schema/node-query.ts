import { maxRows } from '../../market/row-limits.ts';
import { FieldCost, ownCallCost, sharedCallCost } from '../cost/field-cost.ts';
import type { Context } from '../execution/context.ts';
import { builder } from '../types/builder.ts';
import { type NodeRef, parseNodeId, tryParseNodeId } from '../types/node-id.ts';
import { NodeInterface, type NodeValue } from './common/node.ts';

const weights: Readonly<Record<NodeRef['type'], number>> = {
  Exchange: 1,
  Market: sharedCallCost,
  Ticker: sharedCallCost,
  FundingRate: sharedCallCost,
  OrderBook: ownCallCost,
};

/** The weight of the field that fetches the same object as `node` with this id. */
function toWeight(id: unknown): number {
  const ref = typeof id === 'string' ? tryParseNodeId(id) : null;
  return ref ? weights[ref.type] : 1;
}

/** The number of levels per side, if the id is that of an order book. */
function toLevels(id: unknown): number {
  const ref = typeof id === 'string' ? tryParseNodeId(id) : null;
  return ref?.type === 'OrderBook' ? Math.min(ref.limit, maxRows) : 1;
}

async function fetchNode(
  ref: NodeRef,
  { marketData, marketSearch, tickers, fundingRates }: Context,
): Promise<NodeValue> {
  const { exchange } = ref;
  if (ref.type === 'Exchange') return marketData.exchange(exchange);
  const { symbol } = ref;
  if (ref.type === 'Ticker') return tickers.load({ exchange, symbol });
  if (ref.type === 'FundingRate') return fundingRates.load({ exchange, symbol });
  if (ref.type === 'Market') return marketSearch.require(exchange, symbol, await marketData.fetchMarkets(exchange));
  const { limit } = ref;
  return { book: await marketData.fetchOrderBook({ exchange, symbol, limit }), limit };
}

builder.queryField('node', (t) =>
  t.field({
    type: NodeInterface,
    nullable: true,
    description: 'An exchange, market, ticker, funding rate or order book by its id.',
    args: { id: t.arg.id({ required: true, description: 'The value of its field `id`.' }) },
    extensions: {
      cost: new FieldCost({
        weight: { argument: 'id', toSize: toWeight },
        listSize: { argument: 'id', toSize: toLevels },
        hasSizedFields: true,
      }),
    },
    resolve: (_root, { id }, context) => fetchNode(parseNodeId(String(id)), context),
  }),
);
