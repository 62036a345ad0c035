import type { Candle, CandleQuery } from '../../../market/model/candle.ts';

/** How many closed candles are remembered. */
const maxRemembered = 20;

/** The newest closed candles of one series, without any missing in between. */
export class RecentCandles {
  #closed: readonly Candle[] = [];

  /** Adds candles that will not change again, oldest first, each of them later than those before it. */
  add(candles: readonly Candle[]): void {
    if (candles.length > 0) this.#closed = [...this.#closed, ...candles].slice(-maxRemembered);
  }

  clear(): void {
    this.#closed = [];
  }

  /** The answer to a query, with the candle that is forming; null if it may contain earlier candles. */
  read({ since, until, limit }: CandleQuery, forming: Candle | null): readonly Candle[] | null {
    const all = forming ? [...this.#closed, forming] : this.#closed;
    const [oldest] = all;
    const isBeforeEnd = ({ timestamp }: Candle): boolean => until === undefined || timestamp < until;
    if (since !== undefined) {
      if (!oldest || oldest.timestamp > since) return null;
      return all.filter((candle) => candle.timestamp >= since && isBeforeEnd(candle)).slice(0, limit);
    }
    const candles = all.filter(isBeforeEnd);
    return candles.length < limit ? null : candles.slice(-limit);
  }
}
