import type { Exchange, MarketInterface } from 'ccxt';
import { isTimeframe } from '../../../market/timeframe.ts';

/**
 * The timeframes that ccxt lists for a kind of market; null if there is no such list, and the exchange's own list
 * applies. Such lists exist where an exchange offers other candles for its contracts than for its spot markets. ccxt
 * keeps them by kind in `options.timeframes` (kucoin.js, mexc.js, bitrue.js, weex.js) or in
 * `options.fetchOHLCV.timeframes` (bitget.js). Each entry has the exchange's name for the timeframe, which is empty if
 * the exchange does not have that timeframe. The classes for streams have flat lists of the same name, which do not
 * count here.
 */
export function listedTimeframes({ options }: Exchange, market: MarketInterface): readonly string[] | null {
  for (const lists of [options.fetchOHLCV?.timeframes, options.timeframes]) {
    const list = kindsOf(market)
      .map((kind) => lists?.[kind])
      .find((candidate) => typeof candidate === 'object' && candidate !== null);
    if (list) return Object.keys(list).filter((timeframe) => isTimeframe(timeframe) && isWord(list[timeframe]));
  }
  return null;
}

/** The names of a kind of market in these lists, the most specific first: all contracts often share one. */
function kindsOf({ spot, type, subType }: MarketInterface): readonly string[] {
  if (spot) return ['spot'];
  return [...new Set([type, ...(subType ? [subType] : []), 'contract', 'swap', 'future'])];
}

function isWord(word: unknown): boolean {
  return (typeof word === 'string' && word !== '') || typeof word === 'number';
}
