import type { Trade } from '../../market/model/trade.ts';

/** How many trades before the newest one a second call reaches back. */
const reach = 10;

/**
 * Where a call for trades must begin so that it brings a known one again: an answer without any shows a gap. That is the
 * newest known trade. Where an answer lacks it, the exchange is asked once more from some trades earlier on, since some
 * exchanges stream trades that their calls never return: Binance's futures those of the insurance fund and of
 * auto-deleveraging (its API documentation, "Recent Trades List").
 */
export class TradeAnchor {
  /** Of the newest trades, ascending, epoch ms. */
  #times: readonly number[] = [];
  #isWide = false;

  /** True while the exchange is asked from some trades earlier on. */
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

  /** An answer has no known trade. True where the exchange should be asked once more, from earlier on. */
  widen(): boolean {
    if (this.#isWide || this.#times[0] === this.#times.at(-1)) return false;
    this.#isWide = true;
    return true;
  }

  /** An answer has been taken. */
  narrow(): void {
    this.#isWide = false;
  }

  clear(): void {
    this.#times = [];
    this.#isWide = false;
  }
}
