import { requireValue } from '../../feed/reconcile/feed-event.ts';
import type { Trade, TradeQuery } from '../../market/model/trade.ts';
import { maxRows } from '../../market/row-limits.ts';
import { FieldCost, ownCallCost } from '../cost/field-cost.ts';
import { builder } from '../types/builder.ts';
import { toTradeId } from '../types/node-id.ts';
import { amountText, priceText } from './amounts.ts';
import { marketArgs, resumableCost, sinceArg } from './args.ts';
import { MarketType } from './market.ts';

const SideEnum = builder.enumType('Side', {
  description: 'Which side of a trade.',
  values: {
    BUY: { value: 'buy', description: 'The buyer.' },
    SELL: { value: 'sell', description: 'The seller.' },
  } as const,
});

const TradeType = builder.objectRef<Trade>('Trade').implement({
  description: 'One public trade.',
  fields: (t) => ({
    id: t.id({
      description:
        'Trade, exchange, symbol and tradeId, or time, side, price, amount and number among equals where no tradeId tells it from others: unique, so that normalised caches keep all trades apart. Query.node does not take it.',
      resolve: toTradeId,
    }),
    tradeId: t.exposeString('id', {
      nullable: true,
      description:
        "The exchange's own id of it, which is unique in its market at most; null where the exchange gives none. Some exchanges stream other ids than they answer with.",
    }),
    timestamp: t.expose('timestamp', { type: 'Timestamp', description: "The exchange's own clock." }),
    datetime: t.field({
      type: 'DateTime',
      description: 'timestamp as ISO-8601.',
      resolve: ({ timestamp }) => timestamp,
    }),
    price: t.exposeFloat('price', { description: priceText }),
    amount: t.exposeFloat('amount', { description: amountText }),
    cost: t.exposeFloat('cost', {
      nullable: true,
      description:
        'Price times amount, in quote currency for contracts of every kind too; null where it cannot be known, as for options that are settled in a coin.',
    }),
    side: t.expose('side', { type: SideEnum, nullable: true, description: "The taker's side." }),
  }),
});

const tradesArgs = builder.args((t) => ({
  since: t.field({ type: 'DateTime', description: 'Where to begin, inclusive, as far back as the exchange goes.' }),
  limit: t.int({
    required: true,
    defaultValue: 50,
    description: `How many at most, up to ${maxRows}; an exchange may give fewer.`,
  }),
}));

const tradesCost = new FieldCost({ own: ownCallCost, rows: { argument: 'limit', most: maxRows } });

builder.objectField(MarketType, 'trades', (t) =>
  t.field({
    type: [TradeType],
    nullable: true,
    description: 'Its public trades, oldest first; without since, the newest `limit`.',
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
    description: 'Public trades, oldest first; without since, the newest `limit`.',
    args: { ...marketArgs, ...tradesArgs },
    extensions: { cost: tradesCost },
    resolve: (_root, args, { marketData }) => marketData.fetchTrades(toQuery(args)),
  }),
);

builder.subscriptionField('tradesExecuted', (t) =>
  t.field({
    type: [TradeType],
    description:
      'Every trade, in order; a client too slow to take them all gets SLOW_CONSUMER and its subscription ends. After an outage comes what was missed; where the exchange no longer has it, a retryable error ends the operation.',
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
