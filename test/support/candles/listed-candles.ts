import type { CandleReader } from '../../../src/indicators/earlier-candles.ts';
import type { Candle, CandleQuery } from '../../../src/market/model/candle.ts';
import { candlesTooOld } from '../../../src/market/model/candle-errors.ts';
import { periodsOf } from '../../../src/market/timeframe.ts';

/**
 * The candles of one market, as the port serves them. With `oldest`, the exchange serves only candles from then on (epoch
 * ms), and the port refuses queries for earlier ones.
 */
export class ListedCandles implements CandleReader {
  readonly queries: CandleQuery[] = [];
  readonly #candles: readonly Candle[];
  readonly oldest: number;

  constructor(candles: readonly Candle[], oldest = Number.NEGATIVE_INFINITY) {
    this.#candles = candles;
    this.oldest = oldest;
  }

  async fetchCandles(query: CandleQuery): Promise<readonly Candle[]> {
    this.queries.push(query);
    const { timeframe, since, limit } = query;
    const until = Math.min(query.until ?? Number.POSITIVE_INFINITY, (this.#candles.at(-1)?.timestamp ?? 0) + 1);
    const { indexOf, startOf } = periodsOf(timeframe);
    const begin = since === undefined ? startOf(indexOf(until - 1) + 1 - limit) : since;
    if (begin < this.oldest) throw candlesTooOld(query, this.oldest);
    const served = this.#candles.filter(({ timestamp }) => timestamp >= this.oldest && timestamp < until);
    return since === undefined
      ? served.slice(-limit)
      : served.filter(({ timestamp }) => timestamp >= since).slice(0, limit);
  }
}
