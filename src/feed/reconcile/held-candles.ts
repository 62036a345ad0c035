import type { Candle } from '../../market/model/candle.ts';

/** Candles from the stream that wait because something before them is missing. */
export class HeldCandles {
  readonly #candles = new Map<number, Candle>();
  #since: number | null = null;

  /** Since when they wait, epoch ms; null if none has arrived since the last release. */
  get since(): number | null {
    return this.#since;
  }

  get oldestFirst(): readonly Candle[] {
    return [...this.#candles.values()].sort((a, b) => a.timestamp - b.timestamp);
  }

  /** Holds new candles. Each replaces the held candle of the same period. */
  add(candles: readonly Candle[], now: number): void {
    for (const candle of candles) this.#candles.set(candle.timestamp, candle);
    this.#since ??= now;
  }

  /** True if these candles end before the oldest held candle. */
  areAheadOf(candles: readonly Candle[]): boolean {
    const first = Math.min(...this.#candles.keys());
    return this.#candles.size > 0 && candles.every(({ timestamp }) => timestamp < first);
  }

  remove({ timestamp }: Candle): void {
    this.#candles.delete(timestamp);
  }

  /** Drops the held candle of a period if the fetched candle contains as much, or more. */
  dropOlderThan({ timestamp, volume }: Candle): void {
    const held = this.#candles.get(timestamp);
    if (held && held.volume <= volume) this.#candles.delete(timestamp);
  }

  /** Called when nothing waits any longer. */
  onReleased(): void {
    this.#since = null;
  }
}
