import type { MarketDataError } from '../../../market/errors.ts';

/** What a feed has sent, and what waits to be published. `at` is the time in shared time. */
export type Sent<M> =
  | { readonly type: 'value' | 'first'; readonly at: number; readonly message: M }
  | { readonly type: 'error'; readonly at: number; readonly error: MarketDataError }
  | { readonly type: 'open'; readonly at: number };

/** How many messages can wait if each of them counts. */
const maxWaiting = 500;

/**
 * What waits while a message of the topic is on its way to Redis. If only the latest value counts, a newer value replaces
 * the one that waits, so a slow Redis makes values rarer and never late. Otherwise all wait, up to a limit: then they are
 * left out, and the next value says that others may be missing before it.
 */
export class Outbox<M> {
  readonly #conflates: boolean;
  #waiting: Sent<M>[] = [];
  /** True if values have been left out before the next one, or the feed said so of one that was replaced. */
  #isFirst = false;

  constructor(conflates: boolean) {
    this.#conflates = conflates;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(sent: Sent<M>): void {
    if (this.#conflates) this.#replace(sent);
    else if (this.#waiting.length >= maxWaiting) {
      this.#waiting = [];
      this.#isFirst = true;
    }
    const isValue = 'message' in sent;
    this.#waiting.push(isValue && this.#isFirst ? { ...sent, type: 'first' } : sent);
    if (isValue) this.#isFirst = false;
  }

  takeAll(): readonly Sent<M>[] {
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }

  /** Removes what the new message makes meaningless: a value all others, and an error or an opening all but the value. */
  #replace(sent: Sent<M>): void {
    const isValue = 'message' in sent;
    if (isValue) this.#isFirst ||= this.#waiting.some(({ type }) => type === 'first');
    this.#waiting = isValue ? [] : this.#waiting.filter((waiting) => 'message' in waiting);
  }
}
