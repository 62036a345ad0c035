import { MarketDataError } from '../../src/market/errors.ts';
import type { Ticker } from '../../src/market/model/ticker.ts';

/** `BTC/USDT 100`, `BTC/USDT 100 stale` or `BTC/USDT TIMEOUT`. */
export function toText(outcome: Ticker | MarketDataError): string {
  if (outcome instanceof MarketDataError) return `${outcome.details.symbol} ${outcome.code}`;
  return `${outcome.symbol} ${outcome.last}${outcome.stale ? ' stale' : ''}`;
}
