import type { MarketInterface } from 'ccxt';
import { amountUnit } from '../quirks/amount-units.ts';
import { multiply } from './exact.ts';
import { toNumber } from './numbers.ts';

/** What has to be known of a market to say what a trade of it cost. */
export type PricedMarket = Pick<
  MarketInterface,
  'symbol' | 'base' | 'quote' | 'settle' | 'contract' | 'option' | 'linear' | 'inverse' | 'contractSize'
>;

/** How far the cost that an exchange reports, and may have rounded, may be from the computed one. */
const tolerance = 0.01;

/**
 * What a trade cost, in quote currency; null where that cannot be known. ccxt gives the cost of inverse contracts in
 * settle currency, or as price times amount all the same (KuCoin's). So it is computed from the market; for other
 * markets the exchange's own figure stands where it agrees.
 */
export function toCost(
  exchange: string,
  market: PricedMarket,
  trade: { readonly price: number; readonly amount: number; readonly reported: number | null },
): number | null {
  const factors = toFactors(exchange, market, trade.price, trade.amount);
  if (factors === null) return null;
  const reported = market.inverse ? null : trade.reported;
  const cost = factors.reduce((product, factor) => product * factor, 1);
  const isRight = reported !== null && Math.abs(reported - cost) <= tolerance * Math.abs(cost);
  return isRight ? reported : multiply(1, ...factors);
}

/** What the cost is the product of; null where it cannot be known. */
function toFactors(exchange: string, market: PricedMarket, price: number, amount: number): readonly number[] | null {
  const { symbol, contract, option, linear, inverse, base, quote, settle } = market;
  if (!contract) return [price, amount];
  // The price of a combination is a difference, and that of an option may be in the coin it is settled in.
  if (!symbol.includes('/') || (option && settle !== quote)) return null;
  const unit = amountUnit(exchange, market);
  const size = unit === 'contracts' ? toNumber(market.contractSize) : 1;
  if (size === null) return null;
  if (linear) return [price, amount, size];
  // Settled in a third currency, a contract is worth what no multiple of its price says.
  if (!inverse || settle !== base) return null;
  return unit === 'base' ? [price, amount] : [amount, size];
}

/**
 * The amount of a trade of which ccxt gives the cost in settle currency alone, in contracts; null where it cannot be
 * known. ccxt leaves out the amounts of Kraken's inverse contracts (parseTrade of krakenfutures.js).
 */
export function toAmountOfCost(market: PricedMarket, price: number, cost: number): number | null {
  const size = toNumber(market.contractSize);
  if (!market.contract || market.option || !market.inverse || market.settle !== market.base || !size) return null;
  // ccxt has divided by the price, with 18 decimals.
  return Number((multiply(cost, price) / size).toPrecision(12));
}
