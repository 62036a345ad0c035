import { requireValue } from '../../feed/event.ts';
import { mostRows } from '../../market/limit.ts';
import type { Trade, TradeQuery } from '../../market/trade.ts';
import { builder } from '../builder.ts';
import { FieldCost, ownCallCost } from '../field-cost.ts';
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
    id: t.exposeID('id', { nullable: true, description: "The exchange's id of it; null where it gives none." }),
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
    description: `How many at most, up to ${mostRows}; an exchange may give fewer.`,
  }),
}));

const tradesCost = new FieldCost({ own: ownCallCost, rows: { argument: 'limit', most: mostRows } });

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
      'Every trade, in order; a client too slow to take them all is told so and its subscription ends. After an outage comes what was missed, or an error where the exchange has it no more.',
    args: { ...marketArgs, ...sinceArg('trade') },
    extensions: { cost: resumableCost, startArgument: 'since' },
    subscribe: (_root, { exchange, symbol, since }, { feeds }) => {
      const live = feeds.trades(String(exchange), symbol);
      if (typeof since !== 'number') return live;
      return feeds.resumeTrades(live, { exchange: String(exchange), symbol }, since);
    },
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
