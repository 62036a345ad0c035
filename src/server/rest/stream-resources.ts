import type { GraphQLSchema } from 'graphql';
import { createFieldQuery, type FieldQuery } from '../../graphql/fields/field-query.ts';
import { restPath } from '../http/paths.ts';
import { selections } from './selections.ts';

/** What clients can receive as server-sent events at one path: a subscription of the schema. */
export interface StreamResource {
  readonly operationId: string;
  /** The path of its route. Its last parameter takes the rest of the path. */
  readonly path: string;
  readonly summary: string;
  /** The arguments of the subscription that are not in the path are parameters of the query string. */
  readonly query: FieldQuery;
  /** What an event id names, so that a client that reconnects continues from there; null if events have no id. */
  readonly ids: 'candle' | 'trade' | null;
  /** Values of its parameters that work with the built-in exchange. */
  readonly example: Readonly<Record<string, string>>;
}

interface Row extends Omit<StreamResource, 'query'> {
  readonly field: string;
  readonly selection: string;
}

const btc = { exchange: 'sim', symbol: 'BTC/USDT' };

const rows: readonly Row[] = [
  {
    operationId: 'streamTicker',
    path: '/ticker/:exchange/*symbol',
    summary: 'The ticker of a market: the latest known one at once, then each change',
    field: 'tickerUpdated',
    selection: selections.ticker,
    ids: null,
    example: btc,
  },
  {
    operationId: 'streamTickers',
    path: '/tickers/:exchange',
    summary: 'The tickers of several markets, one ticker per event',
    field: 'tickersUpdated',
    selection: selections.ticker,
    ids: null,
    example: { exchange: 'sim', symbols: 'BTC/USDT,ETH/USDT' },
  },
  {
    operationId: 'streamCandles',
    path: '/candles/:exchange/*symbol',
    summary: 'The candles of a market: the forming one at each change, and each once more when it has closed',
    field: 'candleUpdated',
    selection: '{ timestamp datetime open high low close volume closed stale }',
    ids: 'candle',
    example: { ...btc, timeframe: '1m' },
  },
  {
    operationId: 'streamOrderBook',
    path: '/order-book/:exchange/*symbol',
    summary: 'The order book of a market: the latest known one at once, then each change',
    field: 'orderBookUpdated',
    selection: selections.orderBook,
    ids: null,
    example: { ...btc, limit: '5' },
  },
  {
    operationId: 'streamTrades',
    path: '/trades/:exchange/*symbol',
    summary: 'The public trades of a market, all of them in order, several in one event',
    field: 'tradesExecuted',
    selection: selections.trades,
    ids: 'trade',
    example: btc,
  },
];

/** The event streams of the REST API. Their routes and their documentation are both made from this table. */
export function createStreamResources(schema: GraphQLSchema): readonly StreamResource[] {
  return rows.map(({ field, selection, ...row }) => ({
    ...row,
    path: `${restPath}/stream${row.path}`,
    query: createFieldQuery(schema, { operation: 'subscription', path: [field], selection }),
  }));
}
