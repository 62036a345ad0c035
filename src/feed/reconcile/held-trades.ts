import type { Trade } from '../../market/model/trade.ts';

/** Trades that came together, oldest first. */
export interface TradeMessage {
  readonly trades: readonly Trade[];
  /** True when some may have come the same way before. */
  readonly mayRepeat: boolean;
}

/** How many trades of the stream may wait until the gap before them is closed. */
const maxHeld = 10_000;

/** Trades that the stream has sent while something before them is missing. */
export class HeldTrades {
  #messages: TradeMessage[] = [];
  /** How many of the messages came before the last interruption: more may be missing after them. */
  #interruptedAt = 0;
  #since: number | null = null;

  /** Since when they wait, epoch ms; null while none does. */
  get since(): number | null {
    return this.#since;
  }

  get isFull(): boolean {
    return this.#messages.reduce((sum, { trades }) => sum + trades.length, 0) >= maxHeld;
  }

  /** The trades that came after the last interruption. */
  get recent(): readonly Trade[] {
    return this.#messages.slice(this.#interruptedAt).flatMap(({ trades }) => trades);
  }

  add(message: TradeMessage, now: number): void {
    this.#messages.push(message);
    this.#since ??= now;
  }

  /** The stream was interrupted: trades may be missing after those that are held. */
  interrupt(): void {
    this.#interruptedAt = this.#messages.length;
  }

  /** True when none is later than the instant. */
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

  /** Returns what is held, in the order in which it came, and holds nothing any longer. */
  takeAll(): readonly TradeMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#interruptedAt = 0;
    this.#since = null;
    return messages;
  }
}
