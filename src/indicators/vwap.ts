import type { Candle } from '../market/model/candle.ts';
import { getTypicalPrice, VWAP } from './library.ts';

const dayMs = 86_400_000;

/** The volume-weighted average price since the start of the UTC day. */
export class SessionVwap {
  readonly #isCut: boolean;
  #day: number | null = null;
  #vwap: InstanceType<typeof VWAP> | null = null;

  /** With `isCut`, the first candle may not be the first one of its day. Then the value is null until the next day. */
  constructor(isCut: boolean) {
    this.#isCut = isCut;
  }

  /** The value at the next candle; null while nothing was traded on its day. */
  add(candle: Candle): number | null {
    const day = Math.floor(candle.timestamp / dayMs);
    if (day !== this.#day) {
      const isWhole = this.#day !== null || !this.#isCut || candle.timestamp === day * dayMs;
      this.#vwap = isWhole ? new VWAP() : null;
      this.#day = day;
    }
    this.#vwap?.add(candle);
    return this.#vwap?.isStable ? this.#vwap.getResult() : null;
  }
}

/**
 * The volume-weighted average price of the last candles: Σ typical price × volume / Σ volume, where the typical price is
 * (high + low + close) / 3. The library has it only from the first candle on. The sums are added up anew each time, so
 * that no rounding error remains of candles that have left.
 */
export class RollingVwap {
  readonly #period: number;
  readonly #candles: { readonly value: number; readonly volume: number }[] = [];

  constructor(period: number) {
    this.#period = period;
  }

  /** The value at the next candle; null while there are too few candles, and while they have no volume. */
  add(candle: Candle): number | null {
    this.#candles.push({ value: getTypicalPrice(candle) * candle.volume, volume: candle.volume });
    if (this.#candles.length > this.#period) this.#candles.shift();
    if (this.#candles.length < this.#period) return null;
    let [value, volume] = [0, 0];
    for (const entry of this.#candles) {
      value += entry.value;
      volume += entry.volume;
    }
    return volume > 0 ? value / volume : null;
  }
}
