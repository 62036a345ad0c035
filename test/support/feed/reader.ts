import type { FeedEvent } from '../../../src/feed/reconcile/feed-event.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';

/** A subscriber that takes each event as it comes and records its value. */
export class Reader<V> {
  readonly seen: (V | MarketDataError)[] = [];
  ended = false;
  readonly #events: AsyncIterableIterator<FeedEvent<V>>;
  readonly #toText: (value: V | MarketDataError) => string;

  constructor(events: AsyncIterableIterator<FeedEvent<V>>, toText: (value: V | MarketDataError) => string) {
    this.#events = events;
    this.#toText = toText;
    void this.#read();
  }

  /** The recorded values as texts. */
  get texts(): readonly string[] {
    return this.seen.map(this.#toText);
  }

  async leave(): Promise<void> {
    await this.#events.return?.();
  }

  async #read(): Promise<void> {
    for await (const { value } of this.#events) this.seen.push(value);
    this.ended = true;
  }
}
