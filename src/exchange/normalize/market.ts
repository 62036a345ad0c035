import type { Exchange, MarketInterface } from 'ccxt';
import { type Market, marketTypes } from '../../market/model/market.ts';
import { toExpiry, toNumber, toPositive } from './numbers.ts';

// ccxt's precision modes (ccxt/js/src/base/functions/number.js).
const decimalPlaces = 2;
const tickSize = 4;

/**
 * Converts a ccxt market; null for entries that are not markets, such as the indices that some exchanges list, and for
 * markets without a name.
 */
export function toMarket(exchange: Exchange, market: MarketInterface): Market | null {
  const type = marketTypes.find((candidate) => market[candidate]);
  if (!type || !isNamed(market)) return null;
  return Object.freeze({
    exchange: exchange.id,
    symbol: market.symbol,
    base: market.base,
    quote: market.quote,
    settle: isText(market.settle) ? market.settle : null,
    type,
    active: typeof market.active === 'boolean' ? market.active : null,
    contractSize: toPositive(market.contractSize),
    expiry: toExpiry(market.expiry),
    pricePrecision: toStep(exchange, market.precision?.price),
    amountPrecision: toStep(exchange, market.precision?.amount),
  });
}

/**
 * True for a market whose symbol, base and quote ccxt could determine. If it could not, they are missing or empty, or
 * the symbol contains `undefined` or `NaN` in their place.
 */
export function isNamed({ symbol, base, quote }: MarketInterface): boolean {
  return [symbol, base, quote].every(isText) && !/(^|[/:-])(undefined|(NaN)+)($|[/:-])/.test(symbol);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * The smallest step of a precision: ccxt gives steps, decimal places, or significant digits, which have no fixed step.
 */
function toStep(exchange: Exchange, precision: number | undefined): number | null {
  const value = toNumber(precision);
  if (value === null) return null;
  if (exchange.precisionMode === tickSize) return toPositive(value);
  return exchange.precisionMode === decimalPlaces ? Number(`1e${-value}`) : null;
}
