import type { Clock } from '../market/clock.ts';
import { MarketDataError } from '../market/error.ts';
import { isOlder, isUnchanged, type Ticker } from '../market/ticker.ts';
import { LatestIterator } from './latest.ts';

/** What a subscriber is told: a ticker, or why there is none at the moment. */
export type TickerEvent = Ticker | MarketDataError;

/** One symbol that somebody listens to, or listened to a moment ago. */
interface Topic {
  latest: Ticker | null;
  /** Why the exchange fails, while it does. */
  error: MarketDataError | null;
  readonly subscribers: Set<Subscriber>;
  cancelLinger: () => void;
}

interface Subscriber {
  readonly symbols: Set<string>;
  readonly iterator: LatestIterator<TickerEvent>;
}

export interface HubOptions {
  readonly clock: Clock;
  /** How long a topic outlives its last subscriber, in ms. */
  readonly lingerMs: number;
  /** How old a stale ticker may be and still be the first event of a new subscriber, in ms. */
  readonly staleMaxMs: number;
  /** Called when the last topic has gone. */
  readonly onIdle: () => void;
}

/** The subscribers of one exchange's tickers by symbol: drops what is no news, tells the rest to whoever listens. */
export class TickerHub {
  readonly #topics = new Map<string, Topic>();
  readonly #options: HubOptions;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Symbols that are listened to, or were within the linger time. */
  get symbols(): readonly string[] {
    return [...this.#topics.keys()];
  }

  get subscriberCount(): number {
    return new Set([...this.#topics.values()].flatMap((topic) => [...topic.subscribers])).size;
  }

  /**
   * Events of the symbols: of each the latest known at once, then each change. Ends when all symbols have turned out
   * not to exist. Returns with it the symbols that nobody listened to so far.
   */
  subscribe(symbols: readonly string[]): {
    readonly events: LatestIterator<TickerEvent>;
    readonly added: readonly string[];
  } {
    const events = new LatestIterator<TickerEvent>(isSameEvent, () => this.#unsubscribe(subscriber));
    const subscriber: Subscriber = { symbols: new Set(symbols), iterator: events };
    const added: string[] = [];
    for (const symbol of subscriber.symbols) {
      let topic = this.#topics.get(symbol);
      if (!topic) {
        topic = { latest: null, error: null, subscribers: new Set(), cancelLinger: () => {} };
        this.#topics.set(symbol, topic);
        added.push(symbol);
      }
      topic.cancelLinger();
      topic.subscribers.add(subscriber);
      const first = this.#firstEvent(topic);
      if (first) events.push(symbol, first);
    }
    return { events, added };
  }

  /** Takes the outcome of a fetch. A symbol that turned out not to exist is told so and ends. */
  publish(symbol: string, outcome: TickerEvent): void {
    const topic = this.#topics.get(symbol);
    if (!topic) return;
    if (!(outcome instanceof MarketDataError)) this.#publishTicker(symbol, topic, outcome);
    else if (outcome.isFinal) this.#endTopic(symbol, topic, outcome);
    else this.#publishFailure(symbol, topic, outcome);
  }

  /** Ends every subscriber and every topic. */
  close(): void {
    for (const topic of this.#topics.values()) {
      for (const { iterator } of topic.subscribers) void iterator.return();
    }
    for (const topic of this.#topics.values()) topic.cancelLinger();
    this.#topics.clear();
  }

  #publishTicker(symbol: string, topic: Topic, ticker: Ticker): void {
    const { latest } = topic;
    if (latest && ticker.stale) {
      this.#markStale(symbol, topic, latest);
    } else if (!latest || !isOlder(latest, ticker)) {
      topic.latest = ticker;
      topic.error = null;
      if (!latest || !isUnchanged(latest, ticker)) this.#tell(symbol, topic, ticker);
    }
  }

  #publishFailure(symbol: string, topic: Topic, error: MarketDataError): void {
    const told = topic.error;
    topic.error = error;
    if (topic.latest) this.#markStale(symbol, topic, topic.latest);
    else if (told?.code !== error.code) this.#tell(symbol, topic, error);
  }

  #markStale(symbol: string, topic: Topic, latest: Ticker): void {
    if (latest.stale) return;
    topic.latest = Object.freeze({ ...latest, stale: true });
    this.#tell(symbol, topic, topic.latest);
  }

  #endTopic(symbol: string, topic: Topic, error: MarketDataError): void {
    this.#tell(symbol, topic, error);
    for (const { symbols, iterator } of topic.subscribers) {
      symbols.delete(symbol);
      if (symbols.size === 0) iterator.finish();
    }
    topic.subscribers.clear();
    this.#remove(symbol, topic);
  }

  #tell(symbol: string, topic: Topic, event: TickerEvent): void {
    for (const { iterator } of topic.subscribers) iterator.push(symbol, event);
  }

  #firstEvent({ latest, error }: Topic): TickerEvent | null {
    const { clock, staleMaxMs } = this.#options;
    const tooOld = latest?.stale && clock.now() - latest.receivedAt > staleMaxMs;
    // Before the first round a stale ticker may be all there is: still better than silence.
    return tooOld ? (error ?? latest) : (latest ?? error);
  }

  #unsubscribe(subscriber: Subscriber): void {
    const { clock, lingerMs } = this.#options;
    for (const symbol of subscriber.symbols) {
      const topic = this.#topics.get(symbol);
      if (!topic?.subscribers.delete(subscriber) || topic.subscribers.size > 0) continue;
      topic.cancelLinger = clock.after(lingerMs, () => this.#remove(symbol, topic));
    }
  }

  #remove(symbol: string, topic: Topic): void {
    topic.cancelLinger();
    if (this.#topics.get(symbol) === topic) this.#topics.delete(symbol);
    if (this.#topics.size === 0) this.#options.onIdle();
  }
}

function isSameEvent(seen: TickerEvent, next: TickerEvent): boolean {
  if (seen instanceof MarketDataError) return next instanceof MarketDataError && seen.code === next.code;
  return !(next instanceof MarketDataError) && isUnchanged(seen, next);
}
