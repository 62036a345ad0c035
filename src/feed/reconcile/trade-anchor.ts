import type { Trade } from '../../market/model/trade.ts';

/** How many trades before the newest one a second call begins. */
const reach = 10;

/**
 * Decides at which trade a call must begin so that its answer repeats a known trade: an answer without a known trade
 * shows a gap. A call usually begins at the newest known trade. If the answer lacks that trade, a second call begins
 * some trades earlier, because some exchanges stream trades that their calls never return. Binance futures, for
 * example, stream trades of the insurance fund and of auto-deleveraging (its API documentation, "Recent Trades List").
 */
export class TradeAnchor {
  /** Times of the newest trades, ascending, epoch ms. */
  #times: readonly number[] = [];
  #isWide = false;

  /** True while the next call begins some trades earlier. */
  get isWide(): boolean {
    return this.#isWide;
  }

  /** The time of the known trade that a call must bring again, epoch ms; null while none is known. */
  get at(): number | null {
    return (this.#isWide ? this.#times[0] : this.#times.at(-1)) ?? null;
  }

  add(trades: readonly Trade[]): void {
    if (trades.length === 0) return;
    const newest = trades.slice(-1 - reach).map(({ timestamp }) => timestamp);
    this.#times = [...this.#times, ...newest].sort((a, b) => a - b).slice(-1 - reach);
  }

  /** Called when an answer has no known trade. Returns true if a second call should begin earlier. */
  widen(): boolean {
    if (this.#isWide || this.#times[0] === this.#times.at(-1)) return false;
    this.#isWide = true;
    return true;
  }

  /** Called when an answer has been used. */
  narrow(): void {
    this.#isWide = false;
  }

  clear(): void {
    this.#times = [];
    this.#isWide = false;
  }
}
