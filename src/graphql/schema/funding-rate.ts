import { requireValue } from '../../feed/reconcile/feed-event.ts';
import { annualize, type FundingRate } from '../../market/model/funding-rate.ts';
import { builder } from '../types/builder.ts';
import { toFundingRateId } from '../types/node-id.ts';
import { marketArgs, marketCost } from './args.ts';
import { ExchangeType } from './exchange.ts';
import { SourceEnum } from './source.ts';

export const FundingRateType = builder.objectRef<FundingRate>('FundingRate').implement({
  description:
    'The funding rate of a perpetual contract. At the end of each interval, holders of long positions pay it to holders of short positions, or receive it if it is below zero. Values that the exchange does not send are null.',
  fields: (t) => ({
    id: t.id({
      description:
        'Consists of FundingRate, exchange and symbol, so that normalised caches keep one funding rate per market.',
      resolve: toFundingRateId,
    }),
    exchange: t.field({
      type: ExchangeType,
      description: 'The exchange of its market.',
      resolve: ({ exchange }, _args, { marketData }) => marketData.exchange(exchange),
    }),
    symbol: t.exposeString('symbol', { description: 'Unified symbol of its market.' }),
    rate: t.exposeFloat('rate', {
      nullable: true,
      description: 'The rate of the current interval, as a fraction: 0.0001 is one basis point.',
    }),
    intervalMs: t.exposeFloat('intervalMs', {
      nullable: true,
      description: 'The length of an interval in milliseconds; null if the exchange does not say.',
    }),
    annualized: t.float({
      nullable: true,
      description:
        '`rate` times the number of intervals in a year of 365 days, without compounding; null without an interval.',
      resolve: annualize,
    }),
    nextFundingTime: t.expose('nextFundingTime', {
      type: 'DateTime',
      nullable: true,
      description: 'When the current interval ends.',
    }),
    nextRate: t.exposeFloat('nextRate', {
      nullable: true,
      description: 'The expected rate of the next interval, as a fraction.',
    }),
    markPrice: t.exposeFloat('markPrice', { nullable: true, description: 'The mark price, in quote currency.' }),
    indexPrice: t.exposeFloat('indexPrice', {
      nullable: true,
      description: 'The index price of the underlying, in quote currency.',
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

builder.subscriptionField('fundingRateUpdated', (t) =>
  t.field({
    type: FundingRateType,
    description:
      'Sends the latest known funding rate at once, then each change: from a stream if the exchange has one, otherwise from a poll each minute. When the exchange fails, the last one is sent once more with `stale: true`.',
    args: marketArgs,
    extensions: { cost: marketCost },
    subscribe: (_root, { exchange, symbol }, { live }) => live.derivatives.fundingRate(String(exchange), symbol),
    resolve: requireValue,
  }),
);
