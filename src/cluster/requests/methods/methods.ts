import type { MarketRef } from '../../../market/market-ref.ts';
import type { AllTickers, AllTickersQuery } from '../../../market/model/all-tickers.ts';
import type {
  Candle,
  CandleLimits,
  CandleQuery,
  CandleRange,
  CandleSeries,
  CandleWindow,
} from '../../../market/model/candle.ts';
import type {
  FundingHistoryQuery,
  FundingPayment,
  FundingRate,
} from '../../../market/model/derivatives/funding-rate.ts';
import type { OpenInterest, OpenInterestHistoryQuery } from '../../../market/model/derivatives/open-interest.ts';
import type { Fresh } from '../../../market/model/fresh.ts';
import type { OrderBook, OrderBookQuery } from '../../../market/model/order-book.ts';
import type { MarkPrice, Ticker } from '../../../market/model/ticker.ts';
import type { Trade, TradeQuery } from '../../../market/model/trade.ts';
import type { MarketData } from '../../../market/ports/market-data.ts';
import { freshAllTickersCodec } from '../../wire/all-tickers.ts';
import { inOnePiece } from '../../wire/answer-codec.ts';
import { candleLimitsCodec, candlesCodec, candleWindowCodec } from '../../wire/candles.ts';
import { fundingRateCodec, openInterestCodec, openInterestsCodec, paymentsCodec } from '../../wire/derivatives.ts';
import { listOf, textCodec } from '../../wire/fields.ts';
import { type MarketList, marketListCodec } from '../../wire/markets.ts';
import { orderBookCodec } from '../../wire/order-books.ts';
import { freshOf, type Results, resultsOf } from '../../wire/results.ts';
import { markPriceCodec, tickerCodec } from '../../wire/tickers.ts';
import { tradesCodec } from '../../wire/trades.ts';
import type { Method, ServedData } from './method.ts';
import {
  allTickersQuery,
  type MarketsQuery,
  marketQuery,
  marketsQuery,
  orderBookQuery,
  rangeQuery,
  seriesQuery,
  seriesSpanQuery,
  spanQuery,
  symbolsQuery,
} from './queries.ts';
import { type SymbolsQuery, shareSymbols, shareWhole } from './sharing.ts';

/** What queries and live feeds of other instances ask the owner of an exchange for. */
export interface DataMethods {
  readonly tickers: Method<SymbolsQuery, Results<Ticker>>;
  readonly markPrices: Method<SymbolsQuery, Results<MarkPrice>>;
  readonly allTickers: Method<AllTickersQuery, Fresh<AllTickers>>;
  readonly orderBook: Method<OrderBookQuery, Fresh<OrderBook>>;
  readonly trades: Method<TradeQuery, Fresh<readonly Trade[]>>;
  readonly fundingRates: Method<SymbolsQuery, Results<FundingRate>>;
  readonly fundingHistory: Method<FundingHistoryQuery, Fresh<readonly FundingPayment[]>>;
  readonly openInterest: Method<MarketRef, Fresh<OpenInterest>>;
  readonly openInterestHistory: Method<OpenInterestHistoryQuery, Fresh<readonly OpenInterest[]>>;
}

function createDataMethods(prefix: string, of: (data: ServedData) => MarketData): DataMethods {
  return {
    tickers: {
      name: `${prefix}.tickers`,
      query: symbolsQuery,
      answer: resultsOf(tickerCodec),
      run: (data, { exchange, symbols }, options) => of(data).fetchTickers(exchange, symbols, options),
    },
    markPrices: {
      name: `${prefix}.markPrices`,
      query: symbolsQuery,
      answer: resultsOf(markPriceCodec),
      run: (data, { exchange, symbols }, options) => of(data).fetchMarkPrices(exchange, symbols, options),
    },
    allTickers: {
      name: `${prefix}.allTickers`,
      query: allTickersQuery,
      answer: freshAllTickersCodec,
      run: (data, query, options) => of(data).fetchAllTickers(query, options),
    },
    orderBook: {
      name: `${prefix}.orderBook`,
      query: orderBookQuery,
      answer: inOnePiece(freshOf(orderBookCodec)),
      run: (data, query, options) => of(data).fetchOrderBook(query, options),
    },
    trades: {
      name: `${prefix}.trades`,
      query: spanQuery,
      answer: inOnePiece(freshOf(tradesCodec)),
      run: (data, query, options) => of(data).fetchTrades(query, options),
    },
    fundingRates: {
      name: `${prefix}.fundingRates`,
      query: symbolsQuery,
      answer: resultsOf(fundingRateCodec),
      run: (data, { exchange, symbols }, options) => of(data).derivatives.fetchFundingRates(exchange, symbols, options),
    },
    fundingHistory: {
      name: `${prefix}.fundingHistory`,
      query: spanQuery,
      answer: inOnePiece(freshOf(paymentsCodec)),
      run: (data, query, options) => of(data).derivatives.fetchFundingRateHistory(query, options),
    },
    openInterest: {
      name: `${prefix}.openInterest`,
      query: marketQuery,
      answer: inOnePiece(freshOf(openInterestCodec)),
      run: (data, query, options) => of(data).derivatives.fetchOpenInterest(query, options),
    },
    openInterestHistory: {
      name: `${prefix}.openInterestHistory`,
      query: seriesSpanQuery,
      answer: inOnePiece(freshOf(openInterestsCodec)),
      run: (data, query, options) => of(data).derivatives.fetchOpenInterestHistory(query, options),
    },
  };
}

const forQueries = createDataMethods('query', ({ marketData }) => marketData);

/**
 * What queries ask for. What many clients ask for and what costs the owner a call is shared in Redis: tickers, order
 * books, trades, screens and data about contracts. The rest is not:
 * - markets and timeframes: each instance keeps them in memory, and the owner has them in memory too.
 * - candles: their pages are shared.
 * - mark prices: they carry no time, so a reader could not tell how old they are.
 */
export const queryMethods = {
  ...forQueries,
  tickers: { ...forQueries.tickers, sharing: shareSymbols<Ticker>() },
  allTickers: {
    ...forQueries.allTickers,
    sharing: shareWhole<AllTickersQuery, AllTickers>(({ receivedAt }) => receivedAt),
  },
  orderBook: {
    ...forQueries.orderBook,
    sharing: shareWhole<OrderBookQuery, OrderBook>(({ receivedAt }) => receivedAt),
  },
  trades: { ...forQueries.trades, sharing: shareWhole<TradeQuery, readonly Trade[]>(() => null) },
  fundingRates: { ...forQueries.fundingRates, sharing: shareSymbols<FundingRate>() },
  fundingHistory: {
    ...forQueries.fundingHistory,
    sharing: shareWhole<FundingHistoryQuery, readonly FundingPayment[]>(() => null),
  },
  openInterest: {
    ...forQueries.openInterest,
    sharing: shareWhole<MarketRef, OpenInterest>(({ receivedAt }) => receivedAt),
  },
  openInterestHistory: {
    ...forQueries.openInterestHistory,
    sharing: shareWhole<OpenInterestHistoryQuery, readonly OpenInterest[]>(() => null),
  },
  markets: {
    name: 'query.markets',
    query: marketsQuery,
    answer: marketListCodec,
    run: async ({ marketData }, { exchange, known }, _options, versions) =>
      versions.toList(await marketData.fetchMarkets(exchange), known),
  } satisfies Method<MarketsQuery, MarketList>,
  timeframes: {
    name: 'query.timeframes',
    query: marketQuery,
    answer: inOnePiece(freshOf(listOf(textCodec))),
    run: ({ marketData }, { exchange, symbol }) => marketData.fetchTimeframes(exchange, symbol),
  } satisfies Method<MarketRef, Fresh<readonly string[]>>,
  candleLimits: {
    name: 'query.candleLimits',
    query: seriesQuery,
    answer: inOnePiece(candleLimitsCodec),
    run: ({ candles }, series) => candles.candleLimits(series),
  } satisfies Method<CandleSeries, CandleLimits>,
  candleRange: {
    name: 'query.candleRange',
    query: rangeQuery,
    answer: inOnePiece(candleWindowCodec),
    run: ({ candles }, range, options) => candles.fetchCandleRange(range, options),
  } satisfies Method<CandleRange, CandleWindow>,
};

/** What live feeds ask for. Nothing of it is shared: each answer must be newer than its query. */
export const feedMethods = {
  ...createDataMethods('feed', ({ feedData }) => feedData),
  candles: {
    name: 'feed.candles',
    query: seriesSpanQuery,
    answer: inOnePiece(freshOf(candlesCodec)),
    run: ({ feedData }, query, options) => feedData.fetchCandles(query, options),
  } satisfies Method<CandleQuery, Fresh<readonly Candle[]>>,
};
