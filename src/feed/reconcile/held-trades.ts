import type { Trade } from '../../market/model/trade.ts';

/** Trades that arrived together, oldest first. */
export interface TradeMessage {
  readonly trades: readonly Trade[];
  /** True if some of them may have arrived the same way before. */
  readonly mayRepeat: boolean;
}

/** How many trades from the stream can wait until the gap before them is closed. */
const maxHeld = 10_000;

/** Trades from the stream that wait because something before them is missing. */
export class HeldTrades {
  #messages: TradeMessage[] = [];
  /** How many of the messages arrived before the last interruption. Trades may be missing after them. */
  #interruptedAt = 0;
  #since: number | null = null;

  /** Since when they wait, epoch ms; null while none waits. */
  get since(): number | null {
    return this.#since;
  }

  get isFull(): boolean {
    return this.#messages.reduce((sum, { trades }) => sum + trades.length, 0) >= maxHeld;
  }

  /** The trades that arrived after the last interruption. */
  get recent(): readonly Trade[] {
    return this.#messages.slice(this.#interruptedAt).flatMap(({ trades }) => trades);
  }

  add(message: TradeMessage, now: number): void {
    this.#messages.push(message);
    this.#since ??= now;
  }

  /** Called when the stream was interrupted: trades may be missing after those that are held. */
  interrupt(): void {
    this.#interruptedAt = this.#messages.length;
  }

  /** True if no held trade is later than the instant. */
  endsBy(instant: number): boolean {
    return this.#messages.every(({ trades }) => trades.every(({ timestamp }) => timestamp <= instant));
  }

  /** Drops trades that are no later than the instant. */
  dropUntil(instant: number): void {
    this.#messages = this.#messages.map(({ trades, mayRepeat }) => ({
      trades: trades.filter(({ timestamp }) => timestamp > instant),
      mayRepeat,
    }));
  }

  /** Removes and returns all held messages in the order of their arrival. */
  takeAll(): readonly TradeMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#interruptedAt = 0;
    this.#since = null;
    return messages;
  }
}
