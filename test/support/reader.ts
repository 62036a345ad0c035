import type { TickerEvent } from '../../src/feed/hub.ts';
import { toText } from './ticker-text.ts';

/** A subscriber that takes each event as it comes and notes it. */
export class Reader {
  readonly seen: TickerEvent[] = [];
  ended = false;
  readonly #events: AsyncIterableIterator<TickerEvent>;

  constructor(events: AsyncIterableIterator<TickerEvent>) {
    this.#events = events;
    void this.#read();
  }

  /** What was seen, in words. */
  get texts(): readonly string[] {
    return this.seen.map(toText);
  }

  async leave(): Promise<void> {
    await this.#events.return?.();
  }

  async #read(): Promise<void> {
    for await (const event of this.#events) this.seen.push(event);
    this.ended = true;
  }
}
