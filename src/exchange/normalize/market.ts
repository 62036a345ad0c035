import type { Exchange, MarketInterface } from 'ccxt';
import { type Market, marketTypes, optionTypes } from '../../market/model/market.ts';
import { toFees } from './market-fees.ts';
import { toLimits } from './market-limits.ts';
import { toCalendarInstant, toNumber, toPositive } from './numbers.ts';

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
    exchangeSymbol: toExchangeSymbol(market.id),
    base: market.base,
    quote: market.quote,
    settle: isText(market.settle) ? market.settle : null,
    type,
    active: toBoolean(market.active),
    margin: toBoolean(market.margin),
    ...toSettlement(type === 'spot', market),
    contractSize: toPositive(market.contractSize),
    expiry: toCalendarInstant(market.expiry),
    ...toOption(type === 'option', market),
    listedAt: toCalendarInstant(market.created),
    ...toFees(exchange, type, market),
    limits: toLimits(market.limits),
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

/** ccxt gives most ids as texts, and a few as numbers. */
function toExchangeSymbol(id: unknown): string {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : '';
}

function toBoolean(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

function toSettlement(isSpot: boolean, market: MarketInterface): Pick<Market, 'linear' | 'inverse'> {
  const linear = toBoolean(market.linear);
  const inverse = toBoolean(market.inverse);
  // No contract is settled in both currencies.
  return isSpot || (linear && inverse) ? { linear: null, inverse: null } : { linear, inverse };
}

function toOption(isOption: boolean, market: MarketInterface): Pick<Market, 'strike' | 'optionType'> {
  if (!isOption) return { strike: null, optionType: null };
  const optionType = optionTypes.find((known) => known === market.optionType) ?? null;
  return { strike: toPositive(market.strike), optionType };
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
  return exchange.precisionMode === decimalPlaces ? toPositive(Number(`1e${-value}`)) : null;
}
