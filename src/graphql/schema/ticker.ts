import { requireValue } from '../../feed/reconcile/feed-event.ts';
import { type Ticker, tickerNumbers } from '../../market/model/ticker.ts';
import { builder } from '../types/builder.ts';
import { toTickerId } from '../types/node-id.ts';
import { marketArgs, marketCost, marketsArgs, requireSymbols, symbolsCost } from './args.ts';
import { ExchangeType } from './exchange.ts';
import { MarketType } from './market.ts';
import { NodeInterface } from './node.ts';

const SourceEnum = builder.enumType('Source', {
  description: 'How a value got here.',
  values: {
    STREAM: { value: 'STREAM', description: 'The exchange pushed it.' },
    POLL: { value: 'POLL', description: 'It was polled for subscribers.' },
    FETCH: { value: 'FETCH', description: 'It was fetched for a query, or for the first of its subscribers.' },
  } as const,
});

const numberTexts: Readonly<Record<(typeof tickerNumbers)[number], string>> = {
  last: 'Price of the last trade.',
  open: 'Price 24 hours ago.',
  high: 'Highest price of the last 24 hours.',
  low: 'Lowest price of the last 24 hours.',
  close: 'The same as last.',
  previousClose: "Closing price of the previous day, by the exchange's own day.",
  bid: 'Best bid.',
  bidVolume: 'Amount at the best bid.',
  ask: 'Best ask.',
  askVolume: 'Amount at the best ask.',
  vwap: 'Volume-weighted average price of the last 24 hours.',
  change: 'last - open, in quote currency.',
  percentage: 'change as a percentage of open.',
  average: 'Mean of open and last.',
  baseVolume:
    'Base amount traded in the last 24 hours. For contracts some exchanges give another unit only, such as contracts.',
  quoteVolume:
    'Quote amount traded in the last 24 hours. For contracts some exchanges give another unit only, such as the settle currency.',
  markPrice: 'The price a contract is marked at.',
  indexPrice: 'The index behind a contract.',
};

export const TickerType = builder.objectRef<Ticker>('Ticker').implement({
  description: "A market's prices at one moment. What the exchange does not send is null.",
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      description:
        "Ticker, exchange and symbol, so that Apollo's and urql's normalised caches keep one ticker per market.",
      resolve: toTickerId,
    }),
    exchange: t.field({
      type: ExchangeType,
      description: 'The exchange it comes from.',
      resolve: ({ exchange }, _args, { marketData }) => marketData.exchange(exchange),
    }),
    symbol: t.exposeString('symbol', { description: 'Unified symbol of its market.' }),
    timestamp: t.expose('timestamp', {
      type: 'Timestamp',
      nullable: true,
      description: "The exchange's own clock; null where it sends none.",
    }),
    datetime: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'timestamp as ISO-8601.',
      resolve: ({ timestamp }) => timestamp,
    }),
    ...Object.fromEntries(
      tickerNumbers.map((field) => [field, t.exposeFloat(field, { nullable: true, description: numberTexts[field] })]),
    ),
    receivedAt: t.expose('receivedAt', { type: 'Timestamp', description: 'When this server received it.' }),
    source: t.expose('source', { type: SourceEnum, description: 'How it got here.' }),
    stale: t.exposeBoolean('stale', {
      description: 'True when the exchange could not be reached since and this is the last known value.',
    }),
    market: t.field({
      type: MarketType,
      nullable: true,
      description: 'Its market.',
      extensions: { cost: marketCost },
      resolve: async ({ exchange, symbol }, _args, { marketData }) =>
        (await marketData.fetchMarkets(exchange)).get(symbol),
    }),
  }),
});

builder.objectField(MarketType, 'ticker', (t) =>
  t.field({
    type: TickerType,
    nullable: true,
    description: 'Its ticker. Those of many markets in one query cost one call per exchange.',
    extensions: { cost: marketCost },
    resolve: ({ exchange, symbol }, _args, { tickers }) => tickers.load({ exchange, symbol }),
  }),
);

builder.queryFields((t) => ({
  ticker: t.field({
    type: TickerType,
    nullable: true,
    description: 'The ticker of one market.',
    args: marketArgs,
    extensions: { cost: marketCost },
    resolve: (_root, { exchange, symbol }, { tickers }) => tickers.load({ exchange: String(exchange), symbol }),
  }),
  tickers: t.field({
    type: [TickerType],
    nullable: { list: false, items: true },
    description: 'In the order asked. An entry that fails is null, with its own error; the others stand.',
    args: marketsArgs,
    extensions: { cost: symbolsCost },
    resolve: (_root, { exchange, symbols }, { tickers }) =>
      requireSymbols(symbols).map((symbol) => tickers.load({ exchange: String(exchange), symbol })),
  }),
}));

builder.subscriptionFields((t) => ({
  tickerUpdated: t.field({
    type: TickerType,
    description:
      'The latest known ticker at once, then each change. A slow client misses ticks in between, never the latest. While the exchange fails, the last ticker comes once more with stale: true.',
    args: marketArgs,
    extensions: { cost: marketCost },
    subscribe: (_root, { exchange, symbol }, { live }) => live.ticker(String(exchange), symbol),
    resolve: requireValue,
  }),
  tickersUpdated: t.field({
    type: TickerType,
    description:
      'The same for many symbols over one operation; each event is one ticker. A symbol that is delisted later comes once more with stale: true, and then no more.',
    args: {
      ...marketsArgs,
      skipUnknown: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'True to leave out symbols that do not exist; they refuse the operation otherwise.',
      }),
    },
    extensions: { cost: symbolsCost },
    subscribe: (_root, { exchange, symbols, skipUnknown }, { live }) =>
      live.tickers(String(exchange), requireSymbols(symbols), skipUnknown),
    resolve: requireValue,
  }),
}));
