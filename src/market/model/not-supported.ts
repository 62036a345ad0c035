import { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';
import type { Capability, ExchangeInfo } from './exchange.ts';
import type { Market, Markets } from './market.ts';

/** How many exchanges an error suggests, and how many of these its sentence names. */
const maxSuggestions = 10;
const maxNamed = 3;

/** How many markets an error suggests. */
const maxMarkets = 3;

/**
 * NOT_SUPPORTED for data that only streams bring. If the exchange has such a stream, this server may not open it, because
 * it would bypass the exchange's proxy.
 */
export function notStreamed(
  about: { readonly exchange: string } & Partial<MarketRef>,
  what: string,
  capability: Capability,
  exchanges: readonly ExchangeInfo[],
): MarketDataError {
  const isStreamed = exchanges.some(({ id, has }) => id === about.exchange && has.includes(capability));
  if (!isStreamed) return notSupported(about, what, capability, exchanges);
  const message = `${about.exchange} sends ${what} only as a stream, and its proxy settings on this server allow none.`;
  return new MarketDataError('NOT_SUPPORTED', message, about);
}

/**
 * NOT_SUPPORTED for data that an exchange does not offer through ccxt, such as `open interest`. Suggests enabled
 * exchanges that have the capability; simulated ones are no alternative.
 */
export function notSupported(
  about: { readonly exchange: string } & Partial<MarketRef>,
  what: string,
  capability: Capability,
  exchanges: readonly ExchangeInfo[],
): MarketDataError {
  const able = exchanges.filter(
    ({ id, has, simulated }) => id !== about.exchange && !simulated && has.includes(capability),
  );
  const suggestions = able.slice(0, maxSuggestions).map(({ id }) => id);
  const named = suggestions.slice(0, maxNamed).join(', ');
  const others = able.length > maxNamed ? ' and others' : '';
  const hint =
    named === '' ? 'no exchange that is enabled here does' : `${named}${others} ${able.length === 1 ? 'does' : 'do'}`;
  return new MarketDataError('NOT_SUPPORTED', `${about.exchange} offers no ${what}; ${hint}.`, {
    ...about,
    suggestions,
  });
}

/** Throws NOT_SUPPORTED for a market that is not a perpetual contract: only these have funding rates. */
export function requirePerpetual(market: Market, markets: Markets): void {
  if (market.type === 'swap') return;
  throw refuse(market, markets, 'a perpetual contract, so it has no funding rate', ({ type }) => type === 'swap');
}

/** Throws NOT_SUPPORTED for a spot market. `what` is the data that only contracts have, such as `open interest`. */
export function requireContract(market: Market, markets: Markets, what: string): void {
  if (market.type !== 'spot') return;
  throw refuse(market, markets, `a contract, so it has no ${what}`, ({ type }) => type !== 'spot');
}

function refuse(
  { exchange, symbol, base, quote }: Market,
  markets: Markets,
  why: string,
  isSuitable: (market: Market) => boolean,
): MarketDataError {
  const suitable = [...markets.values()].filter((market) => market.base === base && isSuitable(market));
  // Perpetual contracts are traded most.
  const rank = (market: Market): number => 2 * Number(market.type === 'swap') + Number(market.quote === quote);
  const sorted = suitable.toSorted((a, b) => rank(b) - rank(a));
  const suggestions = sorted.slice(0, maxMarkets).map((market) => market.symbol);
  const hint = suggestions.length > 0 ? `; try ${suggestions.join(' or ')}.` : '.';
  const message = `${symbol} of ${exchange} is not ${why}${hint}`;
  return new MarketDataError('NOT_SUPPORTED', message, { exchange, symbol, suggestions });
}
