import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import type { OpenInterest } from '../../../market/model/derivatives/open-interest.ts';
import { maxRows } from '../../../market/row-limits.ts';
import { FieldCost, ownCallCost } from '../../cost/field-cost.ts';
import { builder } from '../../types/builder.ts';
import { historyArgs, marketArgs, marketCost, toHistoryRange } from '../common/args.ts';
import { SourceEnum } from '../common/source.ts';
import { ExchangeType } from '../markets/exchange.ts';
import { MarketType } from '../markets/market.ts';

export const OpenInterestType = builder.objectRef<OpenInterest>('OpenInterest').implement({
  description: 'All open positions of one contract at one moment. Values that the exchange does not send are null.',
  fields: (t) => ({
    exchange: t.field({
      type: ExchangeType,
      description: 'The exchange of its market.',
      resolve: ({ exchange }, _args, { marketData }) => marketData.exchange(exchange),
    }),
    symbol: t.exposeString('symbol', { description: 'Unified symbol of its market.' }),
    amount: t.exposeFloat('amount', {
      nullable: true,
      description: 'In contracts or in base currency, as the exchange counts.',
    }),
    value: t.exposeFloat('value', {
      nullable: true,
      description: 'In quote currency; at OKX in US dollars, whatever the quote currency is.',
    }),
    timestamp: t.expose('timestamp', {
      type: 'Timestamp',
      nullable: true,
      description: "Time of the exchange's clock; null if it sends none.",
    }),
    receivedAt: t.expose('receivedAt', { type: 'Timestamp', description: 'When this server received it.' }),
    source: t.expose('source', { type: SourceEnum, description: 'How this server obtained it.' }),
    stale: t.exposeBoolean('stale', {
      description: 'True when the exchange cannot be reached and this is the last known value.',
    }),
  }),
});

/** Exchanges send the open interest of one market per call. */
const interestCost = new FieldCost({ weight: ownCallCost });

builder.objectField(MarketType, 'openInterest', (t) =>
  t.field({
    type: OpenInterestType,
    nullable: true,
    description: 'Its open interest, if it is a contract. Each market needs a call of its own.',
    extensions: { cost: interestCost },
    resolve: ({ exchange, symbol }, _args, { marketData }) => marketData.fetchOpenInterest({ exchange, symbol }),
  }),
);

builder.queryFields((t) => ({
  openInterest: t.field({
    type: OpenInterestType,
    nullable: true,
    description: 'The open interest of one contract.',
    args: marketArgs,
    extensions: { cost: interestCost },
    resolve: (_root, { exchange, symbol }, { marketData }) =>
      marketData.fetchOpenInterest({ exchange: String(exchange), symbol }),
  }),
  openInterestHistory: t.field({
    type: [OpenInterestType],
    nullable: true,
    description:
      'The open interest of one contract in the past, oldest first and without gaps: with `since`, the first `limit` values from then on; without it, the newest `limit`. There are fewer if the exchange does not serve the others.',
    args: {
      ...marketArgs,
      timeframe: t.arg({
        type: 'Timeframe',
        required: true,
        defaultValue: '1h',
        description: 'The time from one value to the next.',
      }),
      ...historyArgs('values'),
    },
    extensions: {
      cost: new FieldCost({ weight: ownCallCost, listSize: { argument: 'limit', max: maxRows } }),
    },
    resolve: (_root, { exchange, symbol, timeframe, ...range }, { marketData }) =>
      marketData.fetchOpenInterestHistory({ exchange: String(exchange), symbol, timeframe, ...toHistoryRange(range) }),
  }),
}));

builder.subscriptionField('openInterestUpdated', (t) =>
  t.field({
    type: OpenInterestType,
    description:
      'Sends the latest known open interest at once, then each change. It is polled each minute, because no exchange streams it. When the exchange fails, the last one is sent once more with `stale: true`.',
    args: marketArgs,
    extensions: { cost: marketCost },
    subscribe: (_root, { exchange, symbol }, { live }) => live.derivatives.openInterest(String(exchange), symbol),
    resolve: requireValue,
  }),
);
