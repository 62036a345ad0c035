import { formatAmount } from '../format/amount.ts';
import { formatPrice } from '../format/price.ts';
import type { MarketInfo } from './market-info.ts';

/** From here on, amounts are written as 12.34M: more digits do not fit into a column. */
const compactFrom = 1e7;

/** An amount of an order or a trade, with the decimals of the market's smallest step. Null is a dash. */
export function formatQuantity(amount: number | null, step: number | null): string {
  return amount !== null && amount >= compactFrom ? formatAmount(amount) : formatPrice(amount, step);
}

/**
 * The unit of amounts in the order book and of trades. Exchanges count contracts in units of their own, and do not say
 * in which; a contract of one coin is the same in all of them.
 */
export function quantityUnit(info: MarketInfo | null): string {
  if (!info) return '';
  const isCoins = info.type === 'SPOT' || (info.contractSize === 1 && info.inverse === false);
  return isCoins ? info.base : 'own unit';
}

/** The size of one contract: 0.01 BTC, or 100 USD for an inverse contract. Null for spot, or if it is unknown. */
export function contractSize({ contractSize: size, inverse, base, quote }: MarketInfo): string | null {
  return size === null ? null : `${size} ${inverse ? quote : base}`;
}
