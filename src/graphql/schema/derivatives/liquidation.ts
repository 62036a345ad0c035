import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import type { Liquidation } from '../../../market/model/derivatives/liquidation.ts';
import { builder } from '../../types/builder.ts';
import { marketArgs, marketCost } from '../common/args.ts';
import { SideEnum } from '../markets/trade.ts';

const LiquidationType = builder.objectRef<Liquidation>('Liquidation').implement({
  description: 'A position that the exchange closed because its collateral no longer covered it.',
  fields: (t) => ({
    timestamp: t.expose('timestamp', { type: 'Timestamp', description: "Time of the exchange's clock." }),
    datetime: t.field({
      type: 'DateTime',
      description: '`timestamp` in ISO-8601.',
      resolve: ({ timestamp }) => timestamp,
    }),
    price: t.exposeFloat('price', {
      description:
        'In quote currency: the average price of the order, or the bankruptcy price of the position where the exchange sends only that (Bybit, OKX).',
    }),
    contracts: t.exposeFloat('contracts', {
      nullable: true,
      description: 'In contracts or in base currency, as the exchange counts; null if it does not say.',
    }),
    value: t.exposeFloat('value', {
      nullable: true,
      description: 'Price times amount in quote currency; null if unknown, for example without a contract size.',
    }),
    side: t.expose('side', {
      type: SideEnum,
      nullable: true,
      description:
        'The side of the order that closed the position: SELL closed a long position, BUY a short one. Null if the exchange does not say.',
    }),
  }),
});

builder.subscriptionField('liquidationsExecuted', (t) =>
  t.field({
    type: [LiquidationType],
    description:
      'Sends new liquidations as the exchange pushes them, oldest first; a calm market sends nothing for hours. Exchanges do not push all of them: Binance at most one per second and market. Those during an interruption are lost, and a long interruption ends the operation with a retryable error. A client that is too slow gets SLOW_CONSUMER, and its subscription ends.',
    args: marketArgs,
    extensions: { cost: marketCost },
    subscribe: (_root, { exchange, symbol }, { live }) => live.derivatives.liquidations(String(exchange), symbol),
    resolve: requireValue,
  }),
);
