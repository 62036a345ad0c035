import type { Candle } from '../market/model/candle.ts';
import { WilderAverage } from './wilder-average.ts';

/**
 * Wilder's average directional index (New Concepts in Technical Trading Systems, 1978): the average of
 * 100 |+DI − −DI| / (+DI + −DI). Both directional indicators are divided by the same true range, which cancels out.
 *
 * A candle that rises above and falls below the previous one by the same distance has no directional movement, as in
 * TA-Lib and TradingView. The library's ADX counts it in both directions, and is NaN from then on if prices did not move
 * at all; otherwise it has the same values.
 */
export class DirectionalIndex {
  readonly #up: WilderAverage;
  readonly #down: WilderAverage;
  readonly #average: WilderAverage;
  #previous: Candle | null = null;

  constructor(period: number) {
    this.#up = new WilderAverage(period);
    this.#down = new WilderAverage(period);
    this.#average = new WilderAverage(period);
  }

  /** The value at the next candle; null at the first 2 × period − 2. */
  add(candle: Candle): number | null {
    const { rise, fall } = movementOf(this.#previous ?? candle, candle);
    this.#previous = candle;
    const [up, down] = [this.#up.add(rise), this.#down.add(fall)];
    if (up === null || down === null) return null;
    return this.#average.add(up + down === 0 ? 0 : (100 * Math.abs(up - down)) / (up + down));
  }
}

/** The directional movement: the larger one of rise and fall, if it is positive; the other one is 0. */
function movementOf(previous: Candle, { high, low }: Candle): { readonly rise: number; readonly fall: number } {
  const [rise, fall] = [high - previous.high, previous.low - low];
  return { rise: rise > fall ? Math.max(0, rise) : 0, fall: fall > rise ? Math.max(0, fall) : 0 };
}
