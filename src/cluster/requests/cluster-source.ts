import { errorOf, MarketDataError, toMarketDataError } from '../../market/errors.ts';
import { toMarketKey } from '../../market/market-ref.ts';
import type { CandleLimits, CandleSeries } from '../../market/model/candle.ts';
import type { Markets } from '../../market/model/market.ts';
import type { DerivativeData, MarketSource } from '../../market/ports/market-data.ts';
import { missingKinds } from '../wire/markets.ts';
import type { Results } from '../wire/results.ts';
import { queryMethods } from './methods/methods.ts';
import { type Remembered, RemoteMemory } from './remote-memory.ts';
import { RemoteQueries, type RemoteQueriesOptions } from './remote-queries.ts';

export interface ClusterSourceOptions extends RemoteQueriesOptions {
  /** What this instance fetches from exchanges itself. */
  readonly local: MarketSource;
}

/** How many markets and series are remembered: an exchange has up to a few thousand markets. */
const maxMarkets = 20_000;

/** How long the limits of calls for candles are fresh, in ms: they begin later as time goes by. */
const limitsFreshMs = 30_000;

const maxExchanges = 200;

/**
 * Market data from the exchanges that this instance owns, and from the owners of all others. What is known without
 * contacting an exchange is always local. Errors are those of the port, and those of requests that no owner answered.
 */
export function createClusterSource({ local, ...options }: ClusterSourceOptions): MarketSource {
  const queries = new RemoteQueries(options);
  const { clock } = options;
  const markets = new RemoteMemory<Markets>({ clock, maxEntries: maxExchanges });
  const timeframes = new RemoteMemory<readonly string[]>({ clock, maxEntries: maxMarkets });
  const limits = new RemoteMemory<CandleLimits>({ clock, maxEntries: maxMarkets });
  const methods = queryMethods;

  /** Each symbol has its own result, also if no owner answers. */
  async function bySymbol<V>(
    exchange: string,
    symbols: readonly string[],
    ask: () => Promise<Results<V>>,
  ): Promise<Results<V>> {
    const unknown = errorOf(() => local.exchange(exchange));
    if (unknown) return new Map(symbols.map((symbol) => [symbol, unknown]));
    try {
      return await ask();
    } catch (error) {
      const failure = toMarketDataError(error);
      return new Map(symbols.map((symbol) => [symbol, failure.withSymbol(symbol)]));
    }
  }

  /** An exchange that turns out to refuse a timeframe has fewer of them than the owner said. */
  async function learning<R>(series: CandleSeries, answer: Promise<R>): Promise<R> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof MarketDataError && error.code === 'TIMEFRAME_NOT_SUPPORTED') {
        timeframes.forget(toMarketKey(series));
        limits.forget(toSeriesKey(series));
      }
      throw error;
    }
  }

  async function loadMarkets(exchange: string, known: Remembered<Markets> | null): Promise<Remembered<Markets>> {
    const query = { exchange, known: known?.version ?? null };
    const list = await queries.ask(methods.markets, query, undefined, async () => {
      const { value, freshUntil } = await local.fetchMarkets(exchange);
      return { version: null, freshUntil, markets: value };
    });
    const value = list.markets ?? known?.value;
    if (!value) throw new Error(`the owner of ${exchange} sent no markets`);
    const isPartial = missingKinds(value).size > 0;
    return { value, version: list.version, freshUntil: list.freshUntil, isPartial };
  }

  const derivatives: DerivativeData = {
    fetchFundingRates: (exchange, symbols, given) =>
      bySymbol(exchange, symbols, () =>
        queries.ask(methods.fundingRates, { exchange, symbols }, given, () =>
          local.derivatives.fetchFundingRates(exchange, symbols, given),
        ),
      ),
    fetchFundingRateHistory: async (query, given) => {
      local.exchange(query.exchange);
      return queries.askFresh(methods.fundingHistory, query, given, () =>
        local.derivatives.fetchFundingRateHistory(query, given),
      );
    },
    fetchOpenInterest: async (market, given) => {
      local.exchange(market.exchange);
      return queries.askFresh(methods.openInterest, market, given, () =>
        local.derivatives.fetchOpenInterest(market, given),
      );
    },
    fetchOpenInterestHistory: async (query, given) => {
      local.exchange(query.exchange);
      return queries.askFresh(methods.openInterestHistory, query, given, () =>
        local.derivatives.fetchOpenInterestHistory(query, given),
      );
    },
  };

  return {
    exchanges: () => local.exchanges(),
    exchange: (id) => local.exchange(id),
    fetchMarkets: async (exchange) => {
      local.exchange(exchange);
      if (queries.isLocal(exchange)) return local.fetchMarkets(exchange);
      return markets.get(exchange, (known) => loadMarkets(exchange, known));
    },
    fetchTimeframes: async (exchange, symbol) => {
      local.exchange(exchange);
      if (queries.isLocal(exchange)) return local.fetchTimeframes(exchange, symbol);
      const market = { exchange, symbol };
      return timeframes.get(toMarketKey(market), async () => {
        const ask = () => local.fetchTimeframes(exchange, symbol);
        const { value, freshUntil } = await queries.askFresh(methods.timeframes, market, undefined, ask);
        return { value, version: null, freshUntil };
      });
    },
    fetchTickers: (exchange, symbols, given) =>
      bySymbol(exchange, symbols, () =>
        queries.ask(methods.tickers, { exchange, symbols }, given, () => local.fetchTickers(exchange, symbols, given)),
      ),
    fetchMarkPrices: (exchange, symbols, given) =>
      bySymbol(exchange, symbols, () =>
        queries.ask(methods.markPrices, { exchange, symbols }, given, () =>
          local.fetchMarkPrices(exchange, symbols, given),
        ),
      ),
    fetchAllTickers: async (query, given) => {
      local.exchange(query.exchange);
      return queries.askFresh(methods.allTickers, query, given, () => local.fetchAllTickers(query, given));
    },
    candleLimits: async (series) => {
      local.exchange(series.exchange);
      if (queries.isLocal(series.exchange)) return local.candleLimits(series);
      const ask = () => queries.ask(methods.candleLimits, series, undefined, () => local.candleLimits(series));
      const load = async () => ({ value: await ask(), version: null, freshUntil: clock.now() + limitsFreshMs });
      return (await learning(series, limits.get(toSeriesKey(series), load))).value;
    },
    fetchCandleRange: async (range, given) => {
      local.exchange(range.exchange);
      return learning(
        range,
        queries.ask(methods.candleRange, range, given, () => local.fetchCandleRange(range, given)),
      );
    },
    fetchOrderBook: async (query, given) => {
      local.exchange(query.exchange);
      return queries.askFresh(methods.orderBook, query, given, () => local.fetchOrderBook(query, given));
    },
    fetchTrades: async (query, given) => {
      local.exchange(query.exchange);
      return queries.askFresh(methods.trades, query, given, () => local.fetchTrades(query, given));
    },
    derivatives,
  };
}

function toSeriesKey(series: CandleSeries): string {
  return `${toMarketKey(series)}\n${series.timeframe}`;
}
