import type { Candle } from '../../../market/model/candle.ts';
import type { StreamedCandle } from '../../../market/ports/market-streams.ts';

/** Candles from the stream that wait because something before them is missing. */
export class HeldCandles {
  readonly #candles = new Map<number, StreamedCandle>();
  #since: number | null = null;

  /** Since when they wait, epoch ms; null if none has arrived since the last release. */
  get since(): number | null {
    return this.#since;
  }

  get oldestFirst(): readonly StreamedCandle[] {
    return [...this.#candles.values()].sort((a, b) => a.timestamp - b.timestamp);
  }

  /** Holds new candles. Each replaces the held candle of the same period, unless only that one is final. */
  add(candles: readonly StreamedCandle[], now: number): void {
    for (const candle of candles) {
      const isSettled = this.#candles.get(candle.timestamp)?.isFinal && !candle.isFinal;
      if (!isSettled) this.#candles.set(candle.timestamp, candle);
    }
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

  /** Drops the held candle of a period if the fetched candle contains as much, or more. A final one stays: it closes the candle. */
  dropOlderThan({ timestamp, volume }: Candle): void {
    const held = this.#candles.get(timestamp);
    if (held && !held.isFinal && held.volume <= volume) this.#candles.delete(timestamp);
  }

  /** Called when nothing waits any longer. */
  onReleased(): void {
    this.#since = null;
  }
}
