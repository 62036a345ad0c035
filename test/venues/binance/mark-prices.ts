import { subtract } from '../market/decimal.ts';
import { toCurrencies, type VenueMarket, type VenueTicker } from '../market/model.ts';
import type { BinanceKind } from './markets.ts';

/** `premiumIndex` of the futures APIs, without funding: the mark price is the last price, the index one step below it. */
export function toMarkPrice(kind: BinanceKind, market: VenueMarket, ticker: VenueTicker): unknown {
  const { base, quote } = toCurrencies(market.symbol);
  const pair = kind === 'inverse' ? { pair: `${base}${quote}` } : {};
  const indexPrice = subtract(ticker.last, market.priceStep);
  return { symbol: market.id, ...pair, markPrice: ticker.last, indexPrice, time: ticker.timestamp };
}
