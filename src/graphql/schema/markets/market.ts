import type { Market, MarketLimits, MinMax } from '../../../market/model/market.ts';
import { builder } from '../../types/builder.ts';
import { toMarketId } from '../../types/node-id.ts';
import { marketArgs, marketCost } from '../common/args.ts';
import { NodeInterface } from '../common/node.ts';
import { ExchangeType } from './exchange.ts';

export const MarketTypeEnum = builder.enumType('MarketType', {
  description: 'What is traded in a market.',
  values: {
    SPOT: { value: 'spot', description: 'The asset itself.' },
    SWAP: { value: 'swap', description: 'A perpetual contract.' },
    FUTURE: { value: 'future', description: 'A contract that expires.' },
    OPTION: { value: 'option', description: 'An option.' },
  } as const,
});

const OptionTypeEnum = builder.enumType('OptionType', {
  description: 'What an option gives a right to.',
  values: {
    CALL: { value: 'call', description: 'The right to buy at the strike price.' },
    PUT: { value: 'put', description: 'The right to sell at the strike price.' },
  } as const,
});

const MinMaxType = builder.objectRef<MinMax>('MinMax').implement({
  description: 'The bounds of a number. A bound is null if the exchange sets none, or does not say.',
  fields: (t) => ({
    min: t.exposeFloat('min', { nullable: true, description: 'The smallest number that is accepted.' }),
    max: t.exposeFloat('max', { nullable: true, description: 'The largest number that is accepted.' }),
  }),
});

const MarketLimitsType = builder.objectRef<MarketLimits>('MarketLimits').implement({
  description: 'What an exchange accepts in one order.',
  fields: (t) => ({
    amount: t.expose('amount', { type: MinMaxType, description: 'The amount, in base currency or contracts.' }),
    price: t.expose('price', { type: MinMaxType, description: 'The price, in quote currency.' }),
    cost: t.expose('cost', { type: MinMaxType, description: 'Price times amount, in quote currency.' }),
  }),
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
    exchangeSymbol: t.exposeString('exchangeSymbol', {
      description: "The exchange's own id of the market, for example BTCUSDT; empty if ccxt does not know it.",
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
    margin: t.exposeBoolean('margin', {
      nullable: true,
      description: 'Whether the exchange offers margin trading in this market; null if it does not say.',
    }),
    linear: t.exposeBoolean('linear', {
      nullable: true,
      description: 'Whether a contract is settled in quote currency; null for spot.',
    }),
    inverse: t.exposeBoolean('inverse', {
      nullable: true,
      description: 'Whether a contract is settled in base currency; null for spot.',
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
    strike: t.exposeFloat('strike', {
      nullable: true,
      description: 'The price at which an option can be exercised, in quote currency; null for other markets.',
    }),
    optionType: t.expose('optionType', {
      type: OptionTypeEnum,
      nullable: true,
      description: 'Whether an option is a call or a put; null for other markets.',
    }),
    listedAt: t.expose('listedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the market was listed, which may lie ahead; null if the exchange does not say.',
    }),
    maker: t.exposeFloat('maker', {
      nullable: true,
      description:
        "The fee for orders that wait in the book, as a fraction: 0.001 is 0.1 %. Below zero, the exchange pays it. It is the exchange's standard rate as ccxt lists it, before any discount; null if unknown.",
    }),
    taker: t.exposeFloat('taker', {
      nullable: true,
      description:
        "The fee for orders that are filled at once, as a fraction: 0.001 is 0.1 %. It is the exchange's standard rate as ccxt lists it, before any discount; null if unknown.",
    }),
    limits: t.expose('limits', { type: MarketLimitsType, description: 'What the exchange accepts in one order.' }),
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

builder.objectField(ExchangeType, 'market', (t) =>
  t.field({
    type: MarketType,
    nullable: true,
    description: 'One of its markets. They are loaded from the exchange on first use.',
    args: { symbol: t.arg.string({ required: true, description: 'Unified symbol, for example BTC/USDT.' }) },
    extensions: { cost: marketCost },
    resolve: async ({ id }, { symbol }, { marketData, marketSearch }) =>
      marketSearch.require(id, symbol, await marketData.fetchMarkets(id)),
  }),
);
