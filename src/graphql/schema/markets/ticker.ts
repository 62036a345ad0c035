import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import { type Ticker, tickerNumbers } from '../../../market/model/ticker.ts';
import { FieldCost } from '../../cost/field-cost.ts';
import { builder } from '../../types/builder.ts';
import { toTickerId } from '../../types/node-id.ts';
import { marketArgs, marketCost, marketsArgs, requireSymbols, symbolsCost } from '../common/args.ts';
import { NodeInterface } from '../common/node.ts';
import { SourceEnum } from '../common/source.ts';
import { ExchangeType } from './exchange.ts';
import { MarketType } from './market.ts';

const numberTexts: Readonly<Record<(typeof tickerNumbers)[number], string>> = {
  last: 'Price of the last trade.',
  open: 'Price 24 hours ago.',
  high: 'Highest price of the last 24 hours.',
  low: 'Lowest price of the last 24 hours.',
  close: 'The same as `last`.',
  previousClose: 'Closing price of the previous day, as defined by the exchange.',
  bid: 'Best bid.',
  bidVolume: 'Amount at the best bid.',
  ask: 'Best ask.',
  askVolume: 'Amount at the best ask.',
  vwap: 'Volume-weighted average price of the last 24 hours.',
  change: '`last` - `open`, in quote currency.',
  percentage: '`change` as a percentage of `open`.',
  average: 'Mean of `open` and `last`.',
  baseVolume:
    'Amount in base currency traded in the last 24 hours. For contracts, some exchanges use another unit, such as contracts.',
  quoteVolume:
    'Amount in quote currency traded in the last 24 hours. For contracts, some exchanges use another unit, such as the settle currency.',
  markPrice:
    'The mark price of a contract. If the ticker of the exchange lacks it, it comes from a call of its own, which all tickers of an operation share; null if the exchange has no such call. The event of a subscription waits for the call for at most 1 s.',
  indexPrice: 'The index price of the underlying of a contract. If the ticker lacks it, it comes as `markPrice` does.',
};

/** The prices that some exchanges send only in a call of their own. */
const callPrices = ['markPrice', 'indexPrice'] as const;

const ownNumbers = tickerNumbers.filter((field) => callPrices.every((other) => other !== field));

/** The call is shared by all tickers of an operation. Most tickers do not need it. */
const callPriceCost = new FieldCost({ weight: 2 });

export const TickerType = builder.objectRef<Ticker>('Ticker').implement({
  description: 'The prices of a market at one moment. Values that the exchange does not send are null.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      description:
        "Consists of Ticker, exchange and symbol, so that Apollo's and urql's normalised caches keep one ticker per market.",
      resolve: toTickerId,
    }),
    exchange: t.field({
      type: ExchangeType,
      description: 'The exchange of its market.',
      resolve: ({ exchange }, _args, { marketData }) => marketData.exchange(exchange),
    }),
    symbol: t.exposeString('symbol', { description: 'Unified symbol of its market.' }),
    timestamp: t.expose('timestamp', {
      type: 'Timestamp',
      nullable: true,
      description: "Time of the exchange's clock; null if it sends none.",
    }),
    datetime: t.field({
      type: 'DateTime',
      nullable: true,
      description: '`timestamp` in ISO-8601.',
      resolve: ({ timestamp }) => timestamp,
    }),
    ...Object.fromEntries(
      ownNumbers.map((field) => [field, t.exposeFloat(field, { nullable: true, description: numberTexts[field] })]),
    ),
    ...Object.fromEntries(
      callPrices.map((field) => [
        field,
        t.float({
          nullable: true,
          description: numberTexts[field],
          extensions: { cost: callPriceCost },
          resolve: (ticker, _args, { markPrices }, { operation }) => {
            const own = ticker[field];
            const loading = own === null ? markPrices.load(ticker, operation.operation === 'subscription') : null;
            return loading ? loading.then((loaded) => loaded[field]) : own;
          },
        }),
      ]),
    ),
    receivedAt: t.expose('receivedAt', { type: 'Timestamp', description: 'When this server received it.' }),
    source: t.expose('source', { type: SourceEnum, description: 'How this server obtained it.' }),
    stale: t.exposeBoolean('stale', {
      description: 'True when the exchange cannot be reached and this is the last known value.',
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
    description: 'Its ticker. The tickers of many markets in one query need only one call per exchange.',
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
    description:
      'The tickers of several markets, in the same order as `symbols`. A ticker that fails is null and has its own error; the others are not affected.',
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
      'Sends the latest known ticker at once, then each change. A slow client misses intermediate tickers, but never the latest one. When the exchange fails, the last ticker is sent once more with `stale: true`.',
    args: marketArgs,
    extensions: { cost: marketCost },
    subscribe: (_root, { exchange, symbol }, { live }) => live.ticker(String(exchange), symbol),
    resolve: requireValue,
  }),
  tickersUpdated: t.field({
    type: TickerType,
    description:
      'Like `tickerUpdated`, for many symbols in one operation. Each event is one ticker. If a symbol is delisted later, its last ticker is sent once more with `stale: true`.',
    args: {
      ...marketsArgs,
      skipUnknown: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'If true, symbols that do not exist are left out; otherwise they are an error.',
      }),
    },
    extensions: { cost: symbolsCost, selectArguments: ['symbols', 'skipUnknown'] },
    subscribe: (_root, { exchange, symbols, skipUnknown }, { live }) =>
      live.tickers(String(exchange), requireSymbols(symbols), skipUnknown),
    resolve: requireValue,
  }),
}));
