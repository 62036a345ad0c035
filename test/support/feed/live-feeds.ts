import { afterEach, beforeEach, expect } from 'vitest';
import { createFeeds, type Feeds } from '../../../src/feed/live/feeds.ts';
import { createLiveOperations, type LiveOperations } from '../../../src/feed/live/live-operations.ts';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import { FakeMarketData } from '../fakes/fake-market-data.ts';
import { FakeStreams } from '../fakes/fake-streams.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { toText } from '../ticker-text.ts';
import { Reader } from './reader.ts';

export const pollIntervalMs = 1000;
export const lingerMs = 5000;
export const silenceMs = 15_000;
export const staleMaxMs = 60_000;
export const startTimeoutMs = 10_000;

export const nothing = { topics: 0, streams: 0, polls: 0, subscribers: 0 };

/** Feeds over a fake port: a poll every second, five seconds of linger, no jitter. */
export class LiveFeeds {
  readonly clock = new ManualClock();
  readonly port = new FakeMarketData(this.clock);
  readonly streams = new FakeStreams();
  /** `exchange code`, or `exchange ok`, as the feeds reported it. */
  readonly health: string[] = [];
  readonly feeds: Feeds = createFeeds({
    marketData: this.port,
    streams: this.streams,
    openCandles: this.streams.open,
    clock: this.clock,
    random: () => 0,
    pollIntervalMs,
    lingerMs,
    silenceMs,
    staleMaxMs,
    startTimeoutMs,
    onHealth: (exchange, error) => this.health.push(`${exchange} ${error?.code ?? 'ok'}`),
  });
  /** The operations that clients start. */
  readonly operations: LiveOperations = createLiveOperations({
    feeds: this.feeds,
    marketData: this.port,
    clock: this.clock,
    timeoutMs: startTimeoutMs,
  });
  readonly #readers: { readonly ended: boolean; leave(): Promise<void> }[] = [];

  /** A subscriber that takes each event immediately. */
  read(symbols: readonly string[], exchange = 'kraken'): Reader<Ticker> {
    return this.follow(this.feeds.tickers(exchange, symbols), toText);
  }

  /** The same for any subscription. */
  follow<V>(events: AsyncIterableIterator<FeedEvent<V>>, describe: (value: V | MarketDataError) => string): Reader<V> {
    const reader = new Reader(events, describe);
    this.#readers.push(reader);
    return reader;
  }

  /** All readers leave and the linger time passes. Then nothing may be left. */
  async leaveNothing(): Promise<void> {
    for (const reader of this.#readers) await reader.leave();
    await this.clock.advance(lingerMs);
    expect(this.feeds.counts).toEqual(nothing);
    expect(this.streams.opened).toEqual([]);
    expect(this.clock.pending).toBe(0);
    expect(this.#readers.every(({ ended }) => ended)).toBe(true);
  }
}

/** Live feeds for each test of a file, which must leave nothing behind. */
export function useLiveFeeds(): () => LiveFeeds {
  let live = new LiveFeeds();
  beforeEach(() => {
    live = new LiveFeeds();
  });
  afterEach(() => live.leaveNothing());
  return () => live;
}
