import type { Candle } from '../../market/model/candle.ts';

/** Candles that the stream has sent while something before them is missing. */
export class HeldCandles {
  readonly #candles = new Map<number, Candle>();
  #since: number | null = null;

  /** Since when they wait, epoch ms; null while none has come since the last release. */
  get since(): number | null {
    return this.#since;
  }

  get oldestFirst(): readonly Candle[] {
    return [...this.#candles.values()].sort((a, b) => a.timestamp - b.timestamp);
  }

  /** Holds candles that have come now; each replaces what is held of its period. */
  add(candles: readonly Candle[], now: number): void {
    for (const candle of candles) this.#candles.set(candle.timestamp, candle);
    this.#since ??= now;
  }

  /** True when these candles end before the oldest that is held. */
  areAheadOf(candles: readonly Candle[]): boolean {
    const first = Math.min(...this.#candles.keys());
    return this.#candles.size > 0 && candles.every(({ timestamp }) => timestamp < first);
  }

  remove({ timestamp }: Candle): void {
    this.#candles.delete(timestamp);
  }

  /** Drops what is held of a period whose fetched candle knows as much, or more. */
  dropOlderThan({ timestamp, volume }: Candle): void {
    const held = this.#candles.get(timestamp);
    if (held && held.volume <= volume) this.#candles.delete(timestamp);
  }

  /** Nothing waits any longer. */
  onReleased(): void {
    this.#since = null;
  }
}
