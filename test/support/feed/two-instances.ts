import { createFeeds, type Feeds } from '../../../src/feed/live/feeds.ts';
import { LiveMarketData } from '../../../src/feed/live/live-market-data.ts';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { createFeedRelay, type FeedRelay } from '../../../src/feed/relay/feed-relay.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';
import type { FetchOptions, MarketData } from '../../../src/market/ports/market-data.ts';
import { FakeStreams } from '../fakes/fake-streams.ts';
import { LiveFeeds, lingerMs, pollIntervalMs, silenceMs, staleMaxMs, startTimeoutMs } from './live-feeds.ts';
import { Reader } from './reader.ts';
import { SwitchingStreams } from './switching-streams.ts';

/** An instance that reaches an exchange through its owner, or itself. */
export interface OtherInstance {
  readonly feeds: Feeds;
  readonly streams: SwitchingStreams;
  /** The exchange's own streams, for when this instance owns the exchange. */
  readonly own: FakeStreams;
  /** From now on, this instance calls the exchange itself, or the owner. */
  switchTo(to: 'exchange' | 'owner'): void;
}

/** The owner of an exchange, and other instances without anything in between. All share the clock. */
export class TwoInstances {
  readonly owner = new LiveFeeds();
  readonly relay: FeedRelay = createFeedRelay({
    feeds: this.owner.feeds,
    streams: this.owner.streams,
    upstream: this.owner.port,
    clock: this.owner.clock,
  });
  readonly #others: OtherInstance[] = [];
  readonly #readers: { leave(): Promise<void> }[] = [];

  /** How many calls of any kind the exchange has received. */
  get calls(): number {
    const { tickerCalls, allTickersCalls, candleCalls, orderBookCalls, tradeCalls, derivatives } = this.owner.port;
    const { rateCalls, interestCalls } = derivatives;
    const calls = [tickerCalls, allTickersCalls, candleCalls, orderBookCalls, tradeCalls, rateCalls, interestCalls];
    return calls.reduce((sum, { length }) => sum + length, 0);
  }

  /** How many calls the exchange receives meanwhile. */
  async callsWithin(ms: number): Promise<number> {
    const before = this.calls;
    await this.owner.clock.advance(ms);
    return this.calls - before;
  }

  add(): OtherInstance {
    const { clock, feeds: ownersFeeds, port } = this.owner;
    const queries = new LiveMarketData({ upstream: port, feeds: ownersFeeds, clock, staleMaxMs });
    const ofOwner = byAge(this.relay.marketData, queries);
    let ofExchange = false;
    const marketData = choosing(() => (ofExchange ? port : ofOwner));
    const own = new FakeStreams();
    const streams = new SwitchingStreams(this.relay.streams);
    const feeds = createFeeds({
      ...{ marketData, streams, clock, pollIntervalMs, lingerMs, silenceMs, staleMaxMs, startTimeoutMs },
      openCandles: (request, listener) => streams.open(request, listener),
      random: () => 0,
      onHealth: () => {},
    });
    const other: OtherInstance = {
      ...{ feeds, streams, own },
      switchTo: (to) => {
        ofExchange = to === 'exchange';
        streams.switchTo(to === 'owner' ? this.relay.streams : own);
      },
    };
    this.#others.push(other);
    return other;
  }

  /** A subscriber of any instance. */
  follow<V>(events: AsyncIterableIterator<FeedEvent<V>>, describe: (value: V | MarketDataError) => string): Reader<V> {
    const reader = new Reader(events, describe);
    this.#readers.push(reader);
    return reader;
  }

  /** All readers leave and the linger times pass. Then nothing may be left. */
  async leaveNothing(): Promise<void> {
    for (const reader of this.#readers) await reader.leave();
    await this.owner.clock.advance(lingerMs);
    for (const { feeds } of this.#others) feeds.close();
    await this.owner.leaveNothing();
  }
}

/** Calls that must be as new as a call to the exchange go one way, all others another. */
function byAge(newest: MarketData, others: MarketData): MarketData {
  return choosing((options) => (options?.maxAgeMs === 0 ? newest : others));
}

/** The port that is chosen for each call. */
function choosing(pick: (options?: FetchOptions) => MarketData): MarketData {
  return {
    exchanges: () => pick().exchanges(),
    exchange: (id) => pick().exchange(id),
    fetchMarkets: (exchange) => pick().fetchMarkets(exchange),
    fetchTimeframes: (exchange, symbol) => pick().fetchTimeframes(exchange, symbol),
    fetchTickers: (exchange, symbols, options) => pick(options).fetchTickers(exchange, symbols, options),
    fetchMarkPrices: (exchange, symbols, options) => pick(options).fetchMarkPrices(exchange, symbols, options),
    fetchAllTickers: (query, options) => pick(options).fetchAllTickers(query, options),
    fetchCandles: (query, options) => pick(options).fetchCandles(query, options),
    fetchOrderBook: (query, options) => pick(options).fetchOrderBook(query, options),
    fetchTrades: (query, options) => pick(options).fetchTrades(query, options),
    derivatives: {
      fetchFundingRates: (exchange, symbols, options) =>
        pick(options).derivatives.fetchFundingRates(exchange, symbols, options),
      fetchFundingRateHistory: (query, options) => pick(options).derivatives.fetchFundingRateHistory(query, options),
      fetchOpenInterest: (market, options) => pick(options).derivatives.fetchOpenInterest(market, options),
      fetchOpenInterestHistory: (query, options) => pick(options).derivatives.fetchOpenInterestHistory(query, options),
    },
  };
}
