import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import {
  annualize,
  type FundingHistoryQuery,
  type FundingPayment,
  type FundingRate,
} from '../../../market/model/derivatives/funding-rate.ts';
import { maxRows } from '../../../market/row-limits.ts';
import { FieldCost, ownCallCost } from '../../cost/field-cost.ts';
import { builder } from '../../types/builder.ts';
import { toFundingRateId } from '../../types/node-id.ts';
import {
  historyArgs,
  marketArgs,
  marketCost,
  marketsArgs,
  requireSymbols,
  symbolsCost,
  toHistoryRange,
} from '../common/args.ts';
import { NodeInterface } from '../common/node.ts';
import { SourceEnum } from '../common/source.ts';
import { ExchangeType } from '../markets/exchange.ts';
import { MarketType } from '../markets/market.ts';

export const FundingRateType = builder.objectRef<FundingRate>('FundingRate').implement({
  description:
    'The funding rate of a perpetual contract. At the end of each interval, holders of long positions pay it to holders of short positions, or receive it if it is below zero. Values that the exchange does not send are null.',
  interfaces: [NodeInterface],
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
      description:
        'The time that `rate` is for, in milliseconds: 28,800,000 for eight hours. Null if the exchange does not say.',
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
      description: 'When the current interval ends and its funding is paid; null if the exchange does not say.',
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

const FundingPaymentType = builder.objectRef<FundingPayment>('FundingPayment').implement({
  description: 'Funding that was paid at the end of an interval.',
  fields: (t) => ({
    timestamp: t.expose('timestamp', { type: 'Timestamp', description: 'When it was paid.' }),
    datetime: t.field({
      type: 'DateTime',
      description: '`timestamp` in ISO-8601.',
      resolve: ({ timestamp }) => timestamp,
    }),
    rate: t.exposeFloat('rate', {
      description:
        'As a fraction: 0.0001 is one basis point. Above zero, holders of long positions paid holders of short ones.',
    }),
  }),
});

const historyCost = new FieldCost({ weight: ownCallCost, listSize: { argument: 'limit', max: maxRows } });

builder.objectField(MarketType, 'fundingRate', (t) =>
  t.field({
    type: FundingRateType,
    nullable: true,
    description:
      'Its current funding rate, if it is a perpetual contract. Those of many markets in one query need only one call per exchange, where the exchange allows that.',
    extensions: { cost: marketCost },
    resolve: ({ exchange, symbol }, _args, { fundingRates }) => fundingRates.load({ exchange, symbol }),
  }),
);

builder.queryFields((t) => ({
  fundingRate: t.field({
    type: FundingRateType,
    nullable: true,
    description: 'The current funding rate of a perpetual contract.',
    args: marketArgs,
    extensions: { cost: marketCost },
    resolve: (_root, { exchange, symbol }, { fundingRates }) =>
      fundingRates.load({ exchange: String(exchange), symbol }),
  }),
  fundingRates: t.field({
    type: [FundingRateType],
    nullable: { list: false, items: true },
    description:
      'The funding rates of several perpetual contracts, in the same order as `symbols`. One that fails is null and has its own error; the others are not affected.',
    args: marketsArgs,
    extensions: { cost: symbolsCost },
    resolve: (_root, { exchange, symbols }, { fundingRates }) =>
      requireSymbols(symbols).map((symbol) => fundingRates.load({ exchange: String(exchange), symbol })),
  }),
  fundingRateHistory: t.field({
    type: [FundingPaymentType],
    nullable: true,
    description:
      'Funding that was paid, oldest first and without gaps: with `since`, the first `limit` payments from then on; without it, the newest `limit`. There are fewer if the exchange does not serve the others.',
    args: { ...marketArgs, ...historyArgs('payments') },
    extensions: { cost: historyCost },
    resolve: (_root, { exchange, symbol, ...range }, { marketData }) => {
      const query: FundingHistoryQuery = { exchange: String(exchange), symbol, ...toHistoryRange(range) };
      return marketData.fetchFundingRateHistory(query);
    },
  }),
}));

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
