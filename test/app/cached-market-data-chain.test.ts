import { beforeEach, describe, expect, test } from 'vitest';
import { createCachedMarketData } from '../../src/app/cached-market-data.ts';
import { createCandleStreams } from '../../src/candles/timeframes/streams.ts';
import { createFeeds, type Feeds } from '../../src/feed/live/feeds.ts';
import { LiveMarketData } from '../../src/feed/live/live-market-data.ts';
import { createContext } from '../../src/graphql/execution/context.ts';
import { Freshness } from '../../src/graphql/execution/freshness.ts';
import { MarketSearch } from '../../src/graphql/execution/market-search.ts';
import type { AllTickersQuery } from '../../src/market/model/all-tickers.ts';
import type { CandleQuery, CandleRange, CandleSeries } from '../../src/market/model/candle.ts';
import type { OrderBookQuery } from '../../src/market/model/order-book.ts';
import type { TradeQuery } from '../../src/market/model/trade.ts';
import type { FetchOptions, MarketData, MarketSource } from '../../src/market/ports/market-data.ts';
import type {
  MarketStreams,
  Stream,
  StreamKind,
  StreamListener,
  StreamMessages,
  StreamRequest,
} from '../../src/market/ports/market-streams.ts';
import { FakeMarketData, tickerOf } from '../support/fakes/fake-market-data.ts';
import { FakeStreams } from '../support/fakes/fake-streams.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';
import { LiveFeeds } from '../support/feed/live-feeds.ts';

/** A source whose state is private, so that each of its methods must be called on it. Notes what callers accept. */
class PrivateSource implements MarketSource {
  readonly #port: FakeMarketData;
  readonly #accepted: string[] = [];

  constructor(port: FakeMarketData) {
    this.#port = port;
  }

  get accepted(): readonly string[] {
    return this.#accepted;
  }

  get derivatives() {
    return this.#port.derivatives;
  }

  exchanges() {
    return this.#port.exchanges();
  }

  exchange(id: string) {
    return this.#port.exchange(id);
  }

  fetchMarkets(exchange: string) {
    return this.#port.fetchMarkets(exchange);
  }

  fetchTimeframes(exchange: string, symbol: string) {
    return this.#port.fetchTimeframes(exchange, symbol);
  }

  fetchTickers(exchange: string, symbols: readonly string[], options?: FetchOptions) {
    this.#note('tickers', options);
    return this.#port.fetchTickers(exchange, symbols, options);
  }

  fetchAllTickers(query: AllTickersQuery, options?: FetchOptions) {
    this.#note('all tickers', options);
    return this.#port.fetchAllTickers(query, options);
  }

  fetchMarkPrices(exchange: string, symbols: readonly string[], options?: FetchOptions) {
    this.#note('mark prices', options);
    return this.#port.fetchMarkPrices(exchange, symbols, options);
  }

  candleLimits(series: CandleSeries) {
    return this.#port.candleLimits(series);
  }

  fetchCandleRange(range: CandleRange, options?: FetchOptions) {
    this.#note('candles', options);
    return this.#port.fetchCandleRange(range, options);
  }

  fetchOrderBook(query: OrderBookQuery, options?: FetchOptions) {
    this.#note('book', options);
    return this.#port.fetchOrderBook(query, options);
  }

  fetchTrades(query: TradeQuery, options?: FetchOptions) {
    this.#note('trades', options);
    return this.#port.fetchTrades(query, options);
  }

  #note(kind: string, options: FetchOptions | undefined): void {
    this.#accepted.push(`${kind} ${options?.maxAgeMs}`);
  }
}

/** The same for streams. */
class PrivateStreams implements MarketStreams {
  readonly #streams = new FakeStreams();

  offers(exchange: string, kind: StreamKind): boolean {
    return this.#streams.offers(exchange, kind);
  }

  open<K extends StreamKind>(request: StreamRequest<K>, listener: StreamListener<StreamMessages[K]>): Stream {
    return this.#streams.open(request, listener);
  }
}

const symbol = 'BTC/USDT';
const market = { exchange: 'kraken', symbol } as const;
const candleQuery: CandleQuery = { ...market, timeframe: '5m', limit: 1 };

let clock: ManualClock;
let port: FakeMarketData;
let source: PrivateSource;
let feeds: Feeds;
let marketData: MarketData;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  port.set(symbol, tickerOf({ ...market, last: 1, receivedAt: clock.now() }));
  source = new PrivateSource(port);
  const settings = { clock, tickerTtlMs: 1000, staleMaxMs: 60_000, upstreamTimeoutMs: 10_000 };
  const cached = createCachedMarketData({ ...settings, upstream: source });
  const streams = new PrivateStreams();
  feeds = createFeeds({
    ...settings,
    marketData: cached,
    streams,
    openCandles: createCandleStreams({ streams, marketData: cached, clock }),
    random: () => 0,
    pollIntervalMs: 1000,
    lingerMs: 0,
    silenceMs: 15_000,
    startTimeoutMs: 10_000,
    onHealth: () => {},
  });
  marketData = new LiveMarketData({ ...settings, upstream: cached, feeds });
});

describe('over a source and streams that are classes with private fields', () => {
  test('every call of an operation is answered, and its freshness is known', async () => {
    const freshness = new Freshness();
    const { operations: live } = new LiveFeeds();
    const { marketData: data, tickers } = createContext({
      marketData,
      live,
      marketSearch: new MarketSearch(),
      charge: () => {},
      freshness,
    });
    expect(data.exchanges()).toHaveLength(2);
    expect(data.exchange('kraken').id).toBe('kraken');
    const ticker = tickers.load(market);
    const book = data.fetchOrderBook({ ...market, limit: 5 });
    const trades = data.fetchTrades({ ...market, limit: 5 });
    const candles = data.fetchCandles(candleQuery);
    await clock.advance(10);
    expect(await ticker).toMatchObject({ last: 1 });
    expect(await book).toMatchObject({ bids: [] });
    expect([await trades, await candles]).toEqual([[], []]);
    expect(freshness.expiry?.until).toBe(clock.now() - 10 + 1000);
    // The fake says nothing of how long these are fresh.
    expect((await data.fetchMarkets('kraken')).has(symbol)).toBe(true);
    expect(await data.fetchTimeframes('kraken', symbol)).toContain('1m');
    expect(freshness.expiry).toBeNull();
  });

  test('the source receives the options of the caller', async () => {
    const options = { maxAgeMs: 0 };
    const answers = [
      marketData.fetchTickers('kraken', [symbol], options),
      marketData.fetchMarkPrices('kraken', [symbol], options),
      marketData.fetchOrderBook({ ...market, limit: 5 }, options),
      marketData.fetchTrades({ ...market, limit: 5 }, options),
      marketData.fetchCandles(candleQuery, options),
      marketData.fetchAllTickers({ exchange: 'kraken', type: null }, options),
    ];
    await clock.advance(10);
    await Promise.all(answers);
    expect([...new Set(source.accepted)].sort()).toEqual([
      'all tickers 0',
      'book 0',
      'candles 0',
      'mark prices 0',
      'tickers 0',
      'trades 0',
    ]);
  });

  test('subscriptions of every kind begin, and those with a start in the past receive their history', async () => {
    const since = clock.now();
    const subscriptions = [
      feeds.tickers('kraken', [symbol]),
      feeds.orderBook('kraken', symbol, 5),
      feeds.candles('kraken', symbol, '5m'),
      feeds.trades('kraken', symbol),
    ];
    const candles = feeds.candles('kraken', symbol, '5m');
    const trades = feeds.trades('kraken', symbol);
    const resumed = Promise.all([
      feeds.resumeCandles(candles, { ...market, timeframe: '5m' }, since),
      feeds.resumeTrades(trades, market, since),
    ]);
    await clock.advance(2000);
    for (const subscription of subscriptions) await subscription.whenReady();
    for (const subscription of [...subscriptions, ...(await resumed)]) void subscription.return();
    await clock.advance(0);
    expect(feeds.counts).toEqual({ topics: 0, streams: 0, polls: 0, subscribers: 0 });
    feeds.close();
  });
});
