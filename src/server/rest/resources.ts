import type { GraphQLSchema } from 'graphql';
import { createFieldQuery, type FieldQuery, type FieldQueryOptions } from '../../graphql/fields/field-query.ts';
import { restPath } from '../http/paths.ts';
import { selections } from './selections.ts';

/** What clients can get at one path: a field of the schema. */
export interface Resource {
  readonly operationId: string;
  /** The path of its route, for example `/api/ticker/:exchange/*symbol`. Its last parameter takes the rest of the path. */
  readonly path: string;
  readonly summary: string;
  /** The arguments of the query that are not in the path are parameters of the query string. */
  readonly query: FieldQuery;
  /** The name of the member that contains the value, if errors can accompany it; null if the body is only the value. */
  readonly partial: string | null;
  readonly formats: readonly ResourceFormat[];
  /** Values of its parameters that work with the built-in exchange. */
  readonly example: Readonly<Record<string, string>>;
}

export type ResourceFormat = 'json' | 'csv';

/** A resource, and where its query is in the schema. */
interface Row extends Omit<Resource, 'query' | 'partial' | 'formats'>, Omit<FieldQueryOptions, 'operation' | 'path'> {
  readonly field: readonly string[];
  readonly partial?: string;
  readonly formats?: readonly ResourceFormat[];
}

const exchange = { exchange: 'sim' };
const btc = { exchange: 'sim', symbol: 'BTC/USDT' };
const swap = { exchange: 'sim', symbol: 'BTC/USDT:USDT' };

const rows: readonly Row[] = [
  {
    operationId: 'getTicker',
    path: '/ticker/:exchange/*symbol',
    summary: 'The ticker of a market: its current prices',
    field: ['ticker'],
    selection: selections.ticker,
    example: btc,
  },
  {
    operationId: 'getTickers',
    path: '/tickers/:exchange',
    summary: 'The tickers of several markets',
    field: ['tickers'],
    selection: selections.ticker,
    partial: 'tickers',
    example: { ...exchange, symbols: 'BTC/USDT,ETH/USDT' },
  },
  {
    operationId: 'getCandles',
    path: '/candles/:exchange/*symbol',
    summary: 'The candles of a market: rows of [timestamp, open, high, low, close, volume]',
    field: ['ohlcv'],
    selection: '',
    formats: ['json', 'csv'],
    example: { ...btc, timeframe: '1h', limit: '3' },
  },
  {
    operationId: 'getOrderBook',
    path: '/order-book/:exchange/*symbol',
    summary: 'The order book of a market',
    field: ['orderBook'],
    selection: selections.orderBook,
    example: { ...btc, limit: '5' },
  },
  {
    operationId: 'getTrades',
    path: '/trades/:exchange/*symbol',
    summary: 'The public trades of a market',
    field: ['trades'],
    selection: selections.trades,
    example: { ...btc, limit: '3' },
  },
  {
    operationId: 'getMarkets',
    path: '/markets/:exchange',
    summary: 'The markets of an exchange, page by page',
    field: ['exchange', 'markets'],
    selection: selections.markets,
    rename: { id: 'exchange' },
    example: { ...exchange, search: 'BTC', first: '2' },
  },
  {
    operationId: 'getMarket',
    path: '/market/:exchange/*symbol',
    summary: 'One market of an exchange',
    field: ['market'],
    selection: selections.market,
    example: btc,
  },
  {
    operationId: 'getExchanges',
    path: '/exchanges',
    summary: 'The exchanges that this server can use',
    field: ['exchanges'],
    selection: selections.exchange,
    without: ['ids'],
    example: { has: 'FUNDING_RATE' },
  },
  {
    operationId: 'getExchange',
    path: '/exchange/:exchange',
    summary: 'One exchange',
    field: ['exchange'],
    selection: selections.exchange,
    rename: { id: 'exchange' },
    example: exchange,
  },
  {
    operationId: 'getFundingRate',
    path: '/funding-rate/:exchange/*symbol',
    summary: 'The funding rate of a perpetual contract',
    field: ['fundingRate'],
    selection: selections.fundingRate,
    example: swap,
  },
  {
    operationId: 'getFundingRates',
    path: '/funding-rates/:exchange',
    summary: 'The funding rates of several perpetual contracts',
    field: ['fundingRates'],
    selection: selections.fundingRate,
    partial: 'fundingRates',
    example: { ...exchange, symbols: 'BTC/USDT:USDT,ETH/USDT:USDT' },
  },
  {
    operationId: 'getFundingRateHistory',
    path: '/funding-rate-history/:exchange/*symbol',
    summary: 'The funding of a perpetual contract that was paid in the past',
    field: ['fundingRateHistory'],
    selection: selections.fundingPayments,
    example: { ...swap, limit: '3' },
  },
  {
    operationId: 'getOpenInterest',
    path: '/open-interest/:exchange/*symbol',
    summary: 'The open interest of a contract',
    field: ['openInterest'],
    selection: selections.openInterest,
    example: swap,
  },
  {
    operationId: 'getOpenInterestHistory',
    path: '/open-interest-history/:exchange/*symbol',
    summary: 'The open interest of a contract in the past',
    field: ['openInterestHistory'],
    selection: selections.openInterest,
    example: { ...swap, timeframe: '1h', limit: '3' },
  },
  {
    operationId: 'getQuote',
    path: '/quote/*symbol',
    summary: 'One market on several exchanges side by side',
    field: ['quote'],
    selection: selections.quote,
    partial: 'quote',
    example: { symbol: 'BTC/USDT', exchanges: 'sim' },
  },
  {
    operationId: 'getScreen',
    path: '/screen/:exchange',
    summary: 'The active markets of an exchange, ranked',
    field: ['screen'],
    selection: selections.ticker,
    partial: 'screen',
    example: { ...exchange, rankBy: 'PERCENTAGE', first: '3' },
  },
];

/** The resources of the REST API. Their routes and their documentation are both made from this table. */
export function createResources(schema: GraphQLSchema): readonly Resource[] {
  return rows.map(({ field, selection, rename = {}, without = [], ...row }) => ({
    ...row,
    path: `${restPath}${row.path}`,
    query: createFieldQuery(schema, { operation: 'query', path: field, selection, rename, without }),
    partial: row.partial ?? null,
    formats: row.formats ?? ['json'],
  }));
}
