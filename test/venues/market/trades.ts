import { toTrades, type VenueTrade } from './book.ts';
import type { VenueMarket, VenueTicker } from './model.ts';

/** A trade to record. By default its id is one above the newest, and its time is the venue's clock. */
export interface NewTrade {
  readonly price: string;
  readonly amount: string;
  /** The taker's side. */
  readonly side: 'buy' | 'sell';
  readonly id?: number;
  readonly timestamp?: number;
}

const historyLength = 1000;

/**
 * The trades of one market: generated ones that follow ticker and clock until they are frozen, then the recorded ones.
 * Generated trades that are newer than the first recorded one are left out.
 */
export class Tape {
  readonly #market: VenueMarket;
  #history: readonly VenueTrade[] | null = null;
  #recorded: readonly VenueTrade[] = [];

  constructor(market: VenueMarket) {
    this.#market = market;
  }

  /** From now on the generated trades do not change. */
  hold(ticker: VenueTicker): void {
    this.#history ??= toTrades(this.#market, ticker, historyLength);
  }

  /** Adds a trade as the newest one. */
  record(trade: NewTrade, ticker: VenueTicker, now: number): VenueTrade {
    this.hold(ticker);
    const timestamp = trade.timestamp ?? now;
    const id = trade.id ?? (this.all(ticker).at(-1)?.id ?? 0) + 1;
    const recorded = { ...trade, id, timestamp };
    this.#recorded = [...this.#recorded, recorded];
    return recorded;
  }

  /** All trades, oldest first. */
  all(ticker: VenueTicker): readonly VenueTrade[] {
    const history = this.#history ?? toTrades(this.#market, ticker, historyLength);
    const end = this.#recorded[0]?.timestamp ?? Number.POSITIVE_INFINITY;
    return [...history.filter(({ timestamp }) => timestamp <= end), ...this.#recorded];
  }
}
