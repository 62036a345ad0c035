import type { Market } from '../../market/model/market.ts';
import { builder } from '../types/builder.ts';
import { toMarketId } from '../types/node-id.ts';
import { marketArgs, marketCost } from './args.ts';
import { ExchangeType } from './exchange.ts';
import { NodeInterface } from './node.ts';

export const MarketTypeEnum = builder.enumType('MarketType', {
  description: 'What is traded in a market.',
  values: {
    SPOT: { value: 'spot', description: 'The asset itself.' },
    SWAP: { value: 'swap', description: 'A perpetual contract.' },
    FUTURE: { value: 'future', description: 'A contract that expires.' },
    OPTION: { value: 'option', description: 'An option.' },
  } as const,
});

export const MarketType = builder.objectRef<Market>('Market').implement({
  description: 'One tradable market of one exchange.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      description: 'Consists of Market, exchange and symbol, so that normalised caches keep one entry per market.',
      resolve: toMarketId,
    }),
    exchange: t.field({
      type: ExchangeType,
      description: 'The exchange where it is traded.',
      resolve: ({ exchange }, _args, { marketData }) => marketData.exchange(exchange),
    }),
    symbol: t.exposeString('symbol', {
      description: 'Unified symbol: BTC/USDT, or BTC/USDT:USDT for a contract settled in USDT.',
    }),
    base: t.exposeString('base', { description: 'The currency that is bought and sold.' }),
    quote: t.exposeString('quote', { description: 'The currency of the prices.' }),
    settle: t.exposeString('settle', {
      nullable: true,
      description: 'The currency in which a contract is settled; null for spot.',
    }),
    type: t.expose('type', { type: MarketTypeEnum, description: 'Spot or the kind of contract.' }),
    active: t.exposeBoolean('active', {
      nullable: true,
      description: 'Whether it can be traded at present; null if the exchange does not say.',
    }),
    contractSize: t.exposeFloat('contractSize', {
      nullable: true,
      description: 'The size of one contract in base currency; in quote currency for inverse contracts.',
    }),
    expiry: t.expose('expiry', {
      type: 'DateTime',
      nullable: true,
      description: 'When a future or an option expires.',
    }),
    timeframes: t.field({
      type: ['Timeframe'],
      description:
        'The timeframes of candles that the exchange offers for this market; others are built from these. Empty if it offers no candles.',
      resolve: ({ exchange, symbol }, _args, { marketData }) => marketData.fetchTimeframes(exchange, symbol),
    }),
    pricePrecision: t.exposeFloat('pricePrecision', { nullable: true, description: 'The smallest step of a price.' }),
    amountPrecision: t.exposeFloat('amountPrecision', {
      nullable: true,
      description: 'The smallest step of an amount.',
    }),
  }),
});

builder.queryField('market', (t) =>
  t.field({
    type: MarketType,
    nullable: true,
    description: "One market of one exchange. The exchange's markets are loaded on first use.",
    args: marketArgs,
    extensions: { cost: marketCost },
    resolve: async (_root, { exchange, symbol }, { marketData, marketSearch }) =>
      marketSearch.require(String(exchange), symbol, await marketData.fetchMarkets(String(exchange))),
  }),
);
