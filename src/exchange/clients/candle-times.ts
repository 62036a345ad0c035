import type { Exchange } from 'ccxt';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';
import { firstBlockAt } from '../normalize/numbers.ts';

/** A candle of the longest timeframe may begin this long before the first trade, in ms. */
const longestMs = 366 * 86_400_000;

/**
 * Makes an instance reject candle responses with BadResponse if a candle has no time or an impossible one. ccxt would
 * drop such a candle because it does not know whether it is after `since`, and the rest would look as if there had been
 * no trades.
 */
export function requireCandleTimes(exchange: Exchange): void {
  const parse = exchange.parseOHLCVs.bind(exchange);
  exchange.parseOHLCVs = (rows, market, timeframe, since, limit, tail) => {
    const candles = parse(rows, market, timeframe);
    for (const [time] of candles) {
      if (!(typeof time === 'number' && time > firstBlockAt - longestMs)) {
        throw new ccxtErrors.BadResponse(`${exchange.id} sent candles without a valid time`);
      }
    }
    return exchange.filterBySinceLimit(candles, since, limit, 0, tail);
  };
}
