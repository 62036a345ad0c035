import type { MarketInterface } from 'ccxt';
import { amountUnit } from '../quirks/amount-units.ts';
import { multiply } from './exact.ts';
import { toNumber } from './numbers.ts';

/** The fields of a market that determine the cost of a trade. */
export type PricedMarket = Pick<
  MarketInterface,
  'symbol' | 'base' | 'quote' | 'settle' | 'contract' | 'option' | 'linear' | 'inverse' | 'contractSize'
>;

/** How far the reported cost, which the exchange may have rounded, may differ from the computed one. */
const tolerance = 0.01;

/**
 * The cost of a trade in quote currency; null if it cannot be known. For inverse contracts, ccxt gives the cost in
 * settle currency, or price times amount as for other contracts (KuCoin). So their cost is computed from the market.
 * For other markets, the exchange's own figure is used if it agrees with the computed cost.
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

/** The factors of the cost; null if it cannot be known. */
function toFactors(exchange: string, market: PricedMarket, price: number, amount: number): readonly number[] | null {
  const { symbol, contract, option, linear, inverse, base, quote, settle } = market;
  if (!contract) return [price, amount];
  // The price of a combination is a difference, and the price of an option may be in the coin it is settled in.
  if (!symbol.includes('/') || (option && settle !== quote)) return null;
  const unit = amountUnit(exchange, market);
  const size = unit === 'contracts' ? toNumber(market.contractSize) : 1;
  if (size === null) return null;
  if (linear) return [price, amount, size];
  // If a contract is settled in a third currency, its value is not a multiple of its price.
  if (!inverse || settle !== base) return null;
  return unit === 'base' ? [price, amount] : [amount, size];
}

/**
 * The amount in contracts of a trade for which ccxt gives only the cost in settle currency; null if it cannot be known.
 * ccxt leaves out the amounts of Kraken's inverse contracts (parseTrade of krakenfutures.js).
 */
export function toAmountOfCost(market: PricedMarket, price: number, cost: number): number | null {
  const size = toNumber(market.contractSize);
  if (!market.contract || market.option || !market.inverse || market.settle !== market.base || !size) return null;
  // ccxt has divided by the price, with 18 decimals.
  return Number((multiply(cost, price) / size).toPrecision(12));
}
