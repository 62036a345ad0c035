import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import type { Trade, TradeQuery } from '../../../market/model/trade.ts';
import { maxRows } from '../../../market/row-limits.ts';
import { FieldCost, ownCallCost } from '../../cost/field-cost.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';
import { toTradeId } from '../../types/node-id.ts';
import { amountText, priceText } from '../common/amounts.ts';
import { marketArgs, resumableCost, sinceArg } from '../common/args.ts';
import { MarketType } from './market.ts';

export const SideEnum = builder.enumType('Side', {
  description: 'The side of a trade or of an order.',
  values: {
    BUY: { value: 'buy', description: 'Buy.' },
    SELL: { value: 'sell', description: 'Sell.' },
  } as const,
});

const TradeType = builder.objectRef<Trade>('Trade').implement({
  description: 'One public trade.',
  fields: (t) => ({
    id: t.id({
      description:
        'Consists of Trade, exchange, symbol and tradeId, so that normalised caches keep all trades apart. If tradeId does not distinguish the trade from others, this id contains time, side, price, amount and a number instead. `Query.node` does not accept it.',
      resolve: toTradeId,
    }),
    tradeId: t.exposeString('id', {
      nullable: true,
      description:
        "The exchange's own id for it, at best unique within its market; null if the exchange sends none. On some exchanges, the ids in streams differ from those in answers.",
    }),
    timestamp: t.expose('timestamp', { type: 'Timestamp', description: "Time of the exchange's clock." }),
    datetime: t.field({
      type: 'DateTime',
      description: '`timestamp` in ISO-8601.',
      resolve: ({ timestamp }) => timestamp,
    }),
    price: t.exposeFloat('price', { description: priceText }),
    amount: t.exposeFloat('amount', { description: amountText }),
    cost: t.exposeFloat('cost', {
      nullable: true,
      description:
        'Price times amount in quote currency, for contracts too; null if unknown, as for coin-settled options.',
    }),
    side: t.expose('side', { type: SideEnum, nullable: true, description: "The taker's side." }),
  }),
});

const tradesArgs = builder.args((t) => ({
  since: t.field({
    type: 'DateTime',
    description: "Where to begin, inclusive, as far back as the exchange's history reaches.",
  }),
  limit: t.int({
    required: true,
    defaultValue: 50,
    description: `Maximum number of trades, up to ${maxRows}; the exchange may send fewer.`,
    extensions: bounded({ minimum: 1, maximum: maxRows }),
  }),
}));

const tradesCost = new FieldCost({ weight: ownCallCost, listSize: { argument: 'limit', max: maxRows } });

builder.objectField(MarketType, 'trades', (t) =>
  t.field({
    type: [TradeType],
    nullable: true,
    description:
      'Its public trades, oldest first: with `since`, the first `limit` from then on; without it, the newest `limit`.',
    args: tradesArgs,
    extensions: { cost: tradesCost },
    resolve: ({ exchange, symbol }, args, { marketData }) =>
      marketData.fetchTrades(toQuery({ ...args, exchange, symbol })),
  }),
);

builder.queryField('trades', (t) =>
  t.field({
    type: [TradeType],
    nullable: true,
    description:
      'Public trades, oldest first: with `since`, the first `limit` from then on; without it, the newest `limit`.',
    args: { ...marketArgs, ...tradesArgs },
    extensions: { cost: tradesCost },
    resolve: (_root, args, { marketData }) => marketData.fetchTrades(toQuery(args)),
  }),
);

builder.subscriptionField('tradesExecuted', (t) =>
  t.field({
    type: [TradeType],
    description:
      'Sends every trade, in order. A client that is too slow to receive all of them gets SLOW_CONSUMER, and its subscription ends. After an outage, the missed trades are sent; if the exchange no longer has them, a retryable error ends the operation.',
    args: { ...marketArgs, ...sinceArg('trade') },
    extensions: { cost: resumableCost, startArgument: 'since' },
    subscribe: (_root, { exchange, symbol, since }, { live }) =>
      live.trades({ exchange: String(exchange), symbol }, since ?? null),
    resolve: requireValue,
  }),
);

interface TradeArgs {
  readonly exchange: string | number | bigint;
  readonly symbol: string;
  readonly since?: number | null | undefined;
  readonly limit: number;
}

function toQuery({ exchange, symbol, since, limit }: TradeArgs): TradeQuery {
  return { exchange: String(exchange), symbol, limit, ...(typeof since === 'number' ? { since } : {}) };
}
