import { expect } from 'vitest';
import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import { lagMs } from '../../../src/feed/reconcile/lag.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Ticker } from '../../../src/market/model/ticker.ts';
import { tickerOf } from '../fakes/fake-market-data.ts';
import { toText } from '../ticker-text.ts';
import { LiveFeeds, lingerMs, pollIntervalMs } from './live-feeds.ts';
import { Reader } from './reader.ts';

export const allSymbols: readonly string[] = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];

type TickerEvent = Ticker | MarketDataError;

/** A subscriber that takes an event only when `pull` is called. */
class SlowReader {
  readonly seen: TickerEvent[] = [];
  readonly #events: AsyncIterableIterator<FeedEvent<Ticker>>;
  #waiting = false;

  constructor(events: AsyncIterableIterator<FeedEvent<Ticker>>) {
    this.#events = events;
  }

  pull(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    void this.#events.next().then(({ done, value }) => {
      this.#waiting = false;
      if (!done) this.seen.push(value.value);
    });
  }

  async leave(): Promise<void> {
    await this.#events.return?.();
  }
}

interface Subscriber {
  readonly symbols: ReadonlySet<string>;
  readonly reader: Reader<Ticker> | SlowReader;
  /** How many outcomes had certainly been published before it subscribed. */
  readonly since: number;
}

/** The steps of a test. */
export type Step =
  | { readonly kind: 'subscribe'; readonly symbols: readonly string[]; readonly slow: boolean }
  | { readonly kind: 'leave' | 'pull'; readonly which: number }
  | { readonly kind: 'tick'; readonly symbol: string; readonly last: number; readonly ageMs: number }
  | { readonly kind: 'push'; readonly symbol: string; readonly last: number }
  | { readonly kind: 'interrupt'; readonly symbol: string }
  | { readonly kind: 'fail'; readonly code: 'TIMEOUT' | 'RATE_LIMITED' }
  | { readonly kind: 'failOne'; readonly symbol: string }
  | { readonly kind: 'recover' | 'hold' | 'release' }
  | { readonly kind: 'pass'; readonly ms: number };

/** Live feeds, together with a model that checks them. */
export class FeedModel {
  readonly live = new LiveFeeds();
  readonly subscribers: Subscriber[] = [];
  readonly departed: Subscriber[] = [];
  /** When the last subscriber of a symbol left. */
  readonly leftAt = new Map<string, number>();
  release = (): void => {};
  /**
   * How many outcomes had been returned when time last passed: an outcome is published some promises after it is
   * returned.
   */
  #published = 0;
  readonly #isStreaming: boolean;
  #hasFailed = false;

  constructor(isStreaming: boolean) {
    this.#isStreaming = isStreaming;
    if (isStreaming) this.live.streams.offer('ticker');
    for (const each of allSymbols) this.tick(each, 1, 0);
  }

  tick(symbol: string, last: number, ageMs: number): void {
    this.live.port.set(symbol, { last, timestamp: this.live.clock.now() - ageMs });
  }

  /** The exchange's stream sends a price. From then on it is the exchange's current price. */
  push(symbol: string, last: number): void {
    this.tick(symbol, last, 0);
    const { clock, port, streams } = this.live;
    if (!streams.opened.some(({ request }) => request.symbol === symbol)) return;
    const now = clock.now();
    const ticker = tickerOf({ exchange: 'kraken', symbol, last, timestamp: now, receivedAt: now, source: 'STREAM' });
    port.given.push({ symbol, outcome: ticker });
    streams.push('ticker', symbol, ticker);
  }

  async run(step: Step): Promise<void> {
    const { port, feeds } = this.live;
    switch (step.kind) {
      case 'subscribe': {
        const events = feeds.tickers('kraken', step.symbols);
        const reader = step.slow ? new SlowReader(events) : new Reader(events, toText);
        this.subscribers.push({ symbols: new Set(step.symbols), reader, since: this.#published });
        break;
      }
      case 'leave': {
        const [subscriber] = this.subscribers.splice(step.which % Math.max(1, this.subscribers.length), 1);
        if (subscriber) await this.leave(subscriber);
        break;
      }
      case 'pull': {
        const reader = this.subscribers[step.which % Math.max(1, this.subscribers.length)]?.reader;
        if (reader instanceof SlowReader) reader.pull();
        break;
      }
      case 'tick':
        return this.tick(step.symbol, step.last, step.ageMs);
      case 'push':
        return this.push(step.symbol, step.last);
      case 'interrupt':
        this.#noteOutage();
        return this.live.streams.interrupt('ticker', step.symbol);
      case 'fail':
        this.#hasFailed = true;
        return port.fail(new MarketDataError(step.code, 'down', { retryAfterMs: 3000 }));
      case 'failOne':
        this.#hasFailed = true;
        return port.set(step.symbol, new MarketDataError('BAD_EXCHANGE_RESPONSE', 'garbled'));
      case 'recover':
        return port.fail(null);
      case 'hold':
        this.release();
        this.release = port.hold();
        break;
      case 'release':
        return this.release();
      case 'pass':
        await this.#pass(step.ms);
        this.#noteOutage();
        this.#published = port.given.length;
    }
  }

  /** Only symbols with a listener are polled. */
  async #pass(ms: number): Promise<void> {
    const { port, clock } = this.live;
    const before = port.tickerCalls.length;
    await clock.advance(ms);
    const polls = port.tickerCalls.slice(before).filter(({ options }) => options?.maxAgeMs === 0);
    expect(polls.flatMap(({ symbols }) => symbols).filter((each) => !this.listens(each))).toEqual([]);
  }

  /**
   * While polls fail, and until the next one, a market whose stream breaks off or falls silent is known to fail without
   * a call.
   */
  #noteOutage(): void {
    if (!this.#hasFailed) return;
    const outcome = new MarketDataError('TIMEOUT', 'the others fail');
    for (const symbol of allSymbols) this.live.port.given.push({ symbol, outcome });
  }

  async leave(subscriber: Subscriber): Promise<void> {
    this.departed.push(subscriber);
    await subscriber.reader.leave();
    for (const each of subscriber.symbols) {
      if (!this.listens(each)) this.leftAt.set(each, this.live.clock.now());
    }
  }

  listens(symbol: string): boolean {
    return this.subscribers.some(({ symbols }) => symbols.has(symbol));
  }

  lingers(symbol: string): boolean {
    return this.live.clock.now() < (this.leftAt.get(symbol) ?? 0) + lingerMs;
  }

  /** An upstream exists exactly while somebody listens or did so within the linger time. */
  checkCounts(): void {
    const symbols = allSymbols.filter((each) => this.listens(each) || this.lingers(each)).length;
    const { topics, streams, polls, subscribers } = this.live.feeds.counts;
    expect({ topics, streams, subscribers }).toEqual({
      topics: symbols,
      streams: this.#isStreaming ? symbols : 0,
      subscribers: this.subscribers.length,
    });
    // There is one poll for all, which streams can make unnecessary. It ends when it finds that nobody listens.
    expect(polls).toBeLessThanOrEqual(symbols > 0 ? 1 : 0);
    if (!this.#isStreaming && this.subscribers.length > 0) expect(polls).toBe(1);
    expect(this.live.streams.opened.map(({ request }) => request.symbol).sort()).toEqual(
      this.#isStreaming ? allSymbols.filter((each) => this.listens(each) || this.lingers(each)).toSorted() : [],
    );
  }

  /**
   * All events of a subscriber are about its symbols and come in the order in which they were published. Each is a
   * change.
   */
  checkSeen({ symbols, reader, since }: Subscriber): void {
    const ofOthers = reader.seen.filter((event) => !symbols.has(toSymbol(event)));
    expect(ofOthers).toEqual([]);
    for (const each of symbols) {
      const events = reader.seen.filter((event) => toSymbol(event) === each);
      const texts = events.map(toText);
      expect(texts.filter((text, index) => text === texts[index - 1])).toEqual([]);
      const values = events.flatMap((event) => (event instanceof MarketDataError ? [] : [event]));
      // A call may carry another kind of time than the stream. It counts once the call can no longer lag.
      const backwards = values.filter(({ timestamp, receivedAt }, index) => {
        const before = values[index - 1];
        return before && (timestamp ?? 0) < (before.timestamp ?? 0) && receivedAt - before.receivedAt < lagMs;
      });
      expect(backwards).toEqual([]);
      // The first event may have been published before the subscriber came; the others were not.
      expectSubsequence(texts, this.published(each, 0));
      expectSubsequence(texts.slice(1), this.published(each, since));
    }
  }

  /**
   * The events that a symbol can have since a number of outcomes: for a failure, the error or the last value as stale.
   */
  published(symbol: string, since: number): readonly string[] {
    const texts: string[] = [];
    let last = new Set<string>();
    this.live.port.given.forEach(({ symbol: of, outcome }, index) => {
      if (of !== symbol) return;
      const failed = outcome instanceof MarketDataError;
      if (!failed) last = new Set([...last, toText(outcome)]);
      if (index < since) return;
      texts.push(toText(outcome));
      if (failed) texts.push(...[...last].map((text) => `${text} stale`));
    });
    return texts;
  }

  /**
   * The exchange works, a last tick comes, and all subscribers read everything: each has the latest value of each
   * symbol.
   */
  async checkLatest(): Promise<void> {
    const { port, clock } = this.live;
    this.release();
    port.fail(null);
    allSymbols.forEach((each, index) => {
      this.tick(each, index + 1, 0);
    });
    this.#noteOutage();
    await clock.advance(30_000 + pollIntervalMs);
    for (let pull = 0; pull < allSymbols.length + 1; pull++) {
      for (const { reader } of this.subscribers) if (reader instanceof SlowReader) reader.pull();
      await clock.advance(0);
    }
    for (const { symbols, reader } of this.subscribers) {
      for (const each of symbols) {
        const latest = reader.seen.findLast((event) => toSymbol(event) === each);
        expect(latest && toText(latest)).toBe(`${each} ${allSymbols.indexOf(each) + 1}`);
      }
    }
  }
}

function toSymbol(event: TickerEvent): string {
  return (event instanceof MarketDataError ? event.details.symbol : event.symbol) ?? '';
}

function expectSubsequence(part: readonly string[], whole: readonly string[]): void {
  let from = 0;
  for (const text of part) {
    const at = whole.indexOf(text, from);
    expect(at, `${text} of ${part.join()} in ${whole.join()}`).toBeGreaterThanOrEqual(from);
    from = at + 1;
  }
}
