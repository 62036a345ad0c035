import { afterEach, beforeEach, expect } from 'vitest';
import { createFeeds, type Feeds } from '../../src/feed/feeds.ts';
import { FakeMarketData } from './fake-market-data.ts';
import { ManualClock } from './manual-clock.ts';
import { Reader } from './reader.ts';

export const pollIntervalMs = 1000;
export const lingerMs = 5000;
export const staleMaxMs = 60_000;

/** Feeds over a fake port: rounds each second, five seconds of linger, no jitter. */
export class LiveFeeds {
  readonly clock = new ManualClock();
  readonly port = new FakeMarketData(this.clock);
  /** `exchange code`, or `exchange ok`, as the feeds reported it. */
  readonly health: string[] = [];
  readonly feeds: Feeds = createFeeds({
    marketData: this.port,
    clock: this.clock,
    random: () => 0,
    pollIntervalMs,
    lingerMs,
    staleMaxMs,
    onHealth: (exchange, error) => this.health.push(`${exchange} ${error?.code ?? 'ok'}`),
  });
  readonly #readers: Reader[] = [];

  /** A subscriber that takes each event at once. */
  read(symbols: readonly string[], exchange = 'kraken'): Reader {
    const reader = new Reader(this.feeds.tickers(exchange, symbols));
    this.#readers.push(reader);
    return reader;
  }

  /** All who read leave and the linger time passes: nothing may be left. */
  async leaveNothing(): Promise<void> {
    for (const reader of this.#readers) await reader.leave();
    await this.clock.advance(lingerMs);
    expect(this.feeds.counts).toEqual({ upstreams: 0, symbols: 0, subscribers: 0 });
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
