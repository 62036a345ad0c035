import type { OrderBook } from '../../market/model/order-book.ts';
import type { Claim, Coverage } from './coverage.ts';

/** An order book as it arrived. */
export interface BookMessage {
  readonly book: OrderBook;
  /** How many levels of a side the call asked for; 0 where the stream sent the book. */
  readonly askedDepth: number;
}

/**
 * How many levels of one order book its subscribers want, and how many the latest book was made for. Subscribers of a
 * market share one book, which must be as deep as the deepest of them wants.
 */
export class BookDepth implements Coverage<BookMessage> {
  readonly #claims = new Map<Claim, number>();
  #wanted = 0;
  /** How many levels were wanted when the latest book was made. */
  #madeFor = 0;
  /** How many levels the call asked for that brought the latest book; 0 where the stream sent it. */
  #asked = 0;

  /** The largest number of levels of a side that a subscriber wants; without subscribers, the last one's. */
  get wanted(): number {
    return this.#wanted;
  }

  get isLacking(): boolean {
    return this.#wanted > this.#madeFor;
  }

  isWidenedBy({ askedDepth }: BookMessage): boolean {
    return askedDepth > this.#madeFor;
  }

  /** A subscriber wants this many levels of a side. */
  claim(levels: number): Claim {
    const claim = { isCovered: levels <= this.#madeFor, release: () => this.#release(claim) };
    this.#wanted = this.#claims.size === 0 ? levels : Math.max(this.#wanted, levels);
    this.#claims.set(claim, levels);
    return claim;
  }

  /** The book is the latest from now on. */
  onStreamed(): void {
    this.#madeFor = this.#wanted;
    this.#asked = 0;
  }

  /** The same of a book that a call brought. */
  onFetched({ askedDepth }: BookMessage): void {
    this.#madeFor = askedDepth;
    this.#asked = askedDepth;
  }

  /** True unless the latest book may lack levels because no call asked for as many, or because the stream ends there. */
  holds({ bids, asks }: OrderBook, levels: number): boolean {
    return levels <= this.#asked || levels <= Math.min(bids.length, asks.length);
  }

  #release(claim: Claim): void {
    const levels = this.#claims.get(claim) ?? 0;
    this.#claims.delete(claim);
    if (levels !== this.#wanted || this.#claims.size === 0) return;
    this.#wanted = [...this.#claims.values()].reduce((max, each) => Math.max(max, each), 0);
  }
}
