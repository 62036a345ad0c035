import type { FeedSubscription } from './feed-subscription.ts';

/** The subscribers of a topic, and how many levels of an order book they want. */
export class Subscribers<V> {
  readonly #depths = new Map<FeedSubscription<V>, number>();
  #depth = 0;

  get subscribers(): Iterable<FeedSubscription<V>> {
    return this.#depths.keys();
  }

  get isEmpty(): boolean {
    return this.#depths.size === 0;
  }

  /** The most levels of a side that anybody wants; of nobody, what was wanted last. */
  get depth(): number {
    return this.#depth;
  }

  add(subscriber: FeedSubscription<V>, depth: number): void {
    this.#depth = this.isEmpty ? depth : Math.max(this.#depth, depth);
    this.#depths.set(subscriber, depth);
  }

  /** False when it was none of them. */
  remove(subscriber: FeedSubscription<V>): boolean {
    const depth = this.#depths.get(subscriber) ?? 0;
    const wasOne = this.#depths.delete(subscriber);
    if (depth > 0 && depth === this.#depth && !this.isEmpty) {
      this.#depth = [...this.#depths.values()].reduce((most, each) => Math.max(most, each), 0);
    }
    return wasOne;
  }

  clear(): void {
    this.#depths.clear();
  }
}
