import type { MarketRef } from '../../../market/market-ref.ts';
import type { AllTickersQuery } from '../../../market/model/all-tickers.ts';
import type { CandleQuery, CandleRange, CandleSeries } from '../../../market/model/candle.ts';
import type { FundingHistoryQuery } from '../../../market/model/derivatives/funding-rate.ts';
import type { OpenInterestHistoryQuery } from '../../../market/model/derivatives/open-interest.ts';
import { marketTypes } from '../../../market/model/market.ts';
import type { OrderBookQuery } from '../../../market/model/order-book.ts';
import type { TradeQuery } from '../../../market/model/trade.ts';
import type { FetchOptions } from '../../../market/ports/market-data.ts';
import { isTimeframe, periodsOf } from '../../../market/timeframe.ts';
import {
  type Codec,
  type Json,
  listOf,
  MalformedMessage,
  readFlag,
  readNullable,
  readNumber,
  readOneOf,
  readRow,
  readText,
  textCodec,
  writeNumber,
} from '../../wire/fields.ts';
import type { ExchangeQuery } from './exchange-query.ts';
import type { SymbolsQuery } from './sharing.ts';

/** A query for the markets of an exchange. */
export interface MarketsQuery extends ExchangeQuery {
  /** The version of the list that the instance has. */
  readonly known: string | null;
}

/** A part of a history. */
interface Span {
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
}

/** Instances ask for what the exchange serves in one call. */
const maxPeriods = 100_000;

/** The last time that a date can have, epoch ms. */
const maxTime = 8.64e15;

const symbolList = listOf(textCodec);

const optional = (value: number | undefined): Json => (value === undefined ? null : writeNumber(value));

const writeSpan = ({ since, until, limit }: Span): readonly Json[] => [
  optional(since),
  optional(until),
  writeNumber(limit),
];

function readSpan([since, until, limit]: readonly unknown[]): Span {
  const from = readNullable(since, readNumber);
  const to = readNullable(until, readNumber);
  return {
    ...(from === null ? {} : { since: from }),
    ...(to === null ? {} : { until: to }),
    limit: readNumber(limit),
  };
}

const readMarket = (exchange: unknown, symbol: unknown): MarketRef => ({
  exchange: readText(exchange),
  symbol: readText(symbol),
});

export const marketsQuery: Codec<MarketsQuery> = {
  write: ({ exchange, known }) => [exchange, known],
  read: (json) => {
    const [exchange, known] = readRow(json);
    return { exchange: readText(exchange), known: readNullable(known, readText) };
  },
};

export const marketQuery: Codec<MarketRef> = {
  write: ({ exchange, symbol }) => [exchange, symbol],
  read: (json) => {
    const [exchange, symbol] = readRow(json);
    return readMarket(exchange, symbol);
  },
};

export const symbolsQuery: Codec<SymbolsQuery> = {
  write: ({ exchange, symbols }, time) => [exchange, symbolList.write(symbols, time)],
  read: (json, time) => {
    const [exchange, symbols] = readRow(json);
    return { exchange: readText(exchange), symbols: symbolList.read(symbols, time) };
  },
};

export const allTickersQuery: Codec<AllTickersQuery> = {
  write: ({ exchange, type }) => [exchange, type],
  read: (json) => {
    const [exchange, type] = readRow(json);
    return { exchange: readText(exchange), type: readNullable(type, (given) => readOneOf(given, marketTypes)) };
  },
};

export const orderBookQuery: Codec<OrderBookQuery> = {
  write: ({ exchange, symbol, limit }) => [exchange, symbol, writeNumber(limit)],
  read: (json) => {
    const [exchange, symbol, limit] = readRow(json);
    return { ...readMarket(exchange, symbol), limit: readNumber(limit) };
  },
};

/** Trades and funding that was paid: a market and a span. */
export const spanQuery: Codec<TradeQuery & FundingHistoryQuery> = {
  write: (query) => [query.exchange, query.symbol, ...writeSpan(query)],
  read: (json) => {
    const [exchange, symbol, ...span] = readRow(json);
    return { ...readMarket(exchange, symbol), ...readSpan(span) };
  },
};

/** Candles and past open interest: a series and a span. */
export const seriesSpanQuery: Codec<CandleQuery & OpenInterestHistoryQuery> = {
  write: (query) => [query.exchange, query.symbol, query.timeframe, ...writeSpan(query)],
  read: (json) => {
    const [exchange, symbol, timeframe, ...span] = readRow(json);
    return { ...readMarket(exchange, symbol), timeframe: readText(timeframe), ...readSpan(span) };
  },
};

export const seriesQuery: Codec<CandleSeries> = {
  write: ({ exchange, symbol, timeframe }) => [exchange, symbol, timeframe],
  read: (json) => {
    const [exchange, symbol, timeframe] = readRow(json);
    return { ...readMarket(exchange, symbol), timeframe: readText(timeframe) };
  },
};

export const rangeQuery: Codec<CandleRange> = {
  write: ({ exchange, symbol, timeframe, since, until }) => [
    exchange,
    symbol,
    timeframe,
    writeNumber(since),
    writeNumber(until),
  ],
  read: (json) => {
    const [exchange, symbol, timeframe, since, until] = readRow(json);
    const range = {
      ...readMarket(exchange, symbol),
      timeframe: readText(timeframe),
      since: readNumber(since),
      until: readNumber(until),
    };
    if (!isReasonable(range)) throw new MalformedMessage('range of candles');
    return range;
  },
};

/** False for a range that no instance asks for, and over which its owner would work until it has no memory left. */
function isReasonable({ timeframe, since, until }: CandleRange): boolean {
  if (!isTimeframe(timeframe) || ![since, until].every((time) => Math.abs(time) <= maxTime)) return false;
  const { indexOf } = periodsOf(timeframe);
  return indexOf(until) - indexOf(since) <= maxPeriods;
}

export const optionsCodec: Codec<FetchOptions | undefined> = {
  write: (options) => (options ? [optional(options.maxAgeMs), options.isRenewal ?? null] : null),
  read: (json) => {
    if (json === null) return undefined;
    const [maxAgeMs, isRenewal] = readRow(json);
    const age = readNullable(maxAgeMs, readNumber);
    const renewal = readNullable(isRenewal, readFlag);
    return { ...(age === null ? {} : { maxAgeMs: age }), ...(renewal === null ? {} : { isRenewal: renewal }) };
  },
};
