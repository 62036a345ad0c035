import type { Candle } from '../../market/model/candle.ts';

/** timestamp, open, high, low, close, volume. */
const columnCount = 6;

/**
 * Candles as columns of numbers, oldest first. They take a third of the memory of objects, and the garbage collector does
 * not have to visit them one by one.
 */
export class CandleColumns {
  readonly length: number;
  readonly #numbers: Float64Array;
  /** How many candles, from the oldest on, are closed. */
  readonly #closedCount: number;
  #made: WeakRef<readonly Candle[]> | null = null;

  /** `candles` are oldest first, closed ones before those that are not. */
  constructor(candles: readonly Candle[]) {
    const { length } = candles;
    const numbers = new Float64Array(length * columnCount);
    let closedCount = 0;
    for (const [row, { timestamp, open, high, low, close, volume, closed }] of candles.entries()) {
      numbers[row] = timestamp;
      numbers[length + row] = open;
      numbers[2 * length + row] = high;
      numbers[3 * length + row] = low;
      numbers[4 * length + row] = close;
      numbers[5 * length + row] = volume;
      if (closed) closedCount = row + 1;
    }
    this.length = length;
    this.#numbers = numbers;
    this.#closedCount = closedCount;
  }

  get bytes(): number {
    return this.#numbers.byteLength;
  }

  /** The candles that begin within `[since, until)`, epoch ms. */
  within(since: number, until: number): readonly Candle[] {
    const found: Candle[] = [];
    this.collect(since, until, found);
    return found;
  }

  /** Adds the candles that begin within `[since, until)`, epoch ms, to `found`. */
  collect(since: number, until: number, found: Candle[]): void {
    const candles = this.#candles();
    const end = this.#rowFrom(until);
    for (let row = this.#rowFrom(since); row < end; row++) {
      const candle = candles[row];
      if (candle) found.push(candle);
    }
  }

  /** How many candles begin within `[since, until)`, epoch ms. */
  countWithin(since: number, until: number): number {
    return Math.max(0, this.#rowFrom(until) - this.#rowFrom(since));
  }

  /** All candles as objects. Further calls return the same objects until these are garbage-collected. */
  #candles(): readonly Candle[] {
    const known = this.#made?.deref();
    if (known) return known;
    const { length } = this;
    const numbers = this.#numbers;
    const made = Array.from({ length }, (_, row): Candle => {
      return {
        timestamp: numbers[row] ?? Number.NaN,
        open: numbers[length + row] ?? Number.NaN,
        high: numbers[2 * length + row] ?? Number.NaN,
        low: numbers[3 * length + row] ?? Number.NaN,
        close: numbers[4 * length + row] ?? Number.NaN,
        volume: numbers[5 * length + row] ?? Number.NaN,
        closed: row < this.#closedCount,
      };
    });
    this.#made = new WeakRef(made);
    return made;
  }

  /** The first row whose candle begins at the instant or later. */
  #rowFrom(instant: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#numbers[middle] ?? Number.NaN) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
