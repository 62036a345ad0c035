import type { OrderBook } from '../../market/model/order-book.ts';
import type { Claim, Coverage } from './coverage.ts';

/** An order book as it arrived from the exchange. */
export interface BookMessage {
  readonly book: OrderBook;
  /** How many levels per side the call asked for; 0 if the stream sent the book. */
  readonly askedDepth: number;
}

/**
 * Knows how many levels of one order book its subscribers want, and how many levels the latest book was made for. The
 * subscribers of a market share one book, which must be as deep as the most demanding of them wants.
 */
export class BookDepth implements Coverage<BookMessage> {
  readonly #claims = new Map<Claim, number>();
  #wanted = 0;
  /** How many levels were wanted when the latest book was made. */
  #madeFor = 0;
  /** How many levels the call that brought the latest book asked for; 0 if the stream sent the book. */
  #asked = 0;

  /** The largest number of levels per side that a subscriber wants; without subscribers, the number of the last one. */
  get wanted(): number {
    return this.#wanted;
  }

  get isLacking(): boolean {
    return this.#wanted > this.#madeFor;
  }

  isWidenedBy({ askedDepth }: BookMessage): boolean {
    return askedDepth > this.#madeFor;
  }

  /** Called when a new subscriber wants this many levels per side. */
  claim(levels: number): Claim {
    const claim = { isCovered: levels <= this.#madeFor, release: () => this.#release(claim) };
    this.#wanted = this.#claims.size === 0 ? levels : Math.max(this.#wanted, levels);
    this.#claims.set(claim, levels);
    return claim;
  }

  /** Called when the stream has sent the latest book. */
  onStreamed(): void {
    this.#madeFor = this.#wanted;
    this.#asked = 0;
  }

  /** Called when a call has brought the latest book. */
  onFetched({ askedDepth }: BookMessage): void {
    this.#madeFor = askedDepth;
    this.#asked = askedDepth;
  }

  /**
   * False if the latest book can lack levels, because no call asked for that many or because the stream ends earlier.
   */
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
