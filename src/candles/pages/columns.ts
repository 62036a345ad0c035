import type { Candle } from '../../market/model/candle.ts';
import type { CandleFormat } from '../../market/model/candle-text.ts';
import { WrittenRows } from '../text/written-rows.ts';

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
    this.collect(this.rowFrom(since), this.rowFrom(until), found);
    return found;
  }

  /** Adds the candles from row `begin` to before row `end` to `found`. */
  collect(begin: number, end: number, found: Candle[]): void {
    const candles = this.#candles();
    for (let row = begin; row < end; row++) {
      const candle = candles[row];
      if (candle) found.push(candle);
    }
  }

  /** Writes the candles from row `begin` to before row `end`. Returns null if a number is not finite. */
  write(begin: number, end: number, format: CandleFormat): WrittenRows | null {
    const { length } = this;
    const numbers = this.#numbers;
    const rows: string[] = [];
    for (let row = begin; row < end; row++) {
      const written = format.write(
        numbers[row] ?? Number.NaN,
        numbers[length + row] ?? Number.NaN,
        numbers[2 * length + row] ?? Number.NaN,
        numbers[3 * length + row] ?? Number.NaN,
        numbers[4 * length + row] ?? Number.NaN,
        numbers[5 * length + row] ?? Number.NaN,
        row < this.#closedCount,
      );
      if (written === null) return null;
      rows.push(written);
    }
    return new WrittenRows(rows);
  }

  /** How many candles begin within `[since, until)`, epoch ms. */
  countWithin(since: number, until: number): number {
    return Math.max(0, this.rowFrom(until) - this.rowFrom(since));
  }

  /** The first row whose candle begins at the instant or later, epoch ms. */
  rowFrom(instant: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#numbers[middle] ?? Number.NaN) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
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
}
