import type { Candle } from '../../market/candle.ts';

/** timestamp, open, high, low, close, volume. */
const columnCount = 6;

/** Candles as columns of numbers, oldest first: a third of what objects take, and nothing for the collector to walk. */
export class CandleColumns {
  readonly length: number;
  readonly #numbers: Float64Array;
  /** How many of them, from the oldest on, are closed. */
  readonly #closedCount: number;

  /** `candles` are oldest first, and those that are closed come before those that are not. */
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

  /** Those that begin within `[since, until)`, epoch ms. */
  within(since: number, until: number): readonly Candle[] {
    const end = this.#rowFrom(until);
    const found: Candle[] = [];
    for (let row = this.#rowFrom(since); row < end; row++) found.push(this.#candleAt(row));
    return found;
  }

  /** The first row that begins at the instant or later. */
  #rowFrom(instant: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#at(0, middle) < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #candleAt(row: number): Candle {
    return {
      timestamp: this.#at(0, row),
      open: this.#at(1, row),
      high: this.#at(2, row),
      low: this.#at(3, row),
      close: this.#at(4, row),
      volume: this.#at(5, row),
      closed: row < this.#closedCount,
    };
  }

  #at(column: number, row: number): number {
    return this.#numbers[column * this.length + row] ?? Number.NaN;
  }
}
