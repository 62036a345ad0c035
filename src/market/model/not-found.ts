import { suggest } from '../../base/suggest.ts';
import { withoutStacks } from '../../base/without-stacks.ts';
import { MarketDataError } from '../errors.ts';
import type { Market, Markets } from './market.ts';

/** EXCHANGE_NOT_FOUND with the nearest of the ids there are; `exists` says that it is one this server must not use. */
export function exchangeNotFound(id: string, ids: readonly string[], exists: boolean): MarketDataError {
  const suggestions = exists ? ids.slice(0, 10) : suggest(id, ids);
  const fact = exists ? `The exchange ${id} is not enabled on this server` : `There is no exchange ${quote(id)}`;
  const hint = exists
    ? `enabled are ${suggestions.join(', ')}${ids.length > suggestions.length ? ' and others' : ''}.`
    : didYouMean(suggestions, 'the query `exchanges` lists the ids there are.');
  return new MarketDataError('EXCHANGE_NOT_FOUND', `${fact}; ${hint}`, { exchange: id, suggestions });
}

/**
 * The market of a symbol, which must be written exactly as listed. Throws SYMBOL_NOT_FOUND with the nearest symbols,
 * whose search takes a millisecond or two on a large exchange: `suggesting` false spares it. Where markets of its kind
 * could not be listed, it throws why instead: then nobody knows whether it exists.
 */
export function requireMarket(exchange: string, symbol: string, markets: Markets, suggesting = true): Market {
  const market = markets.get(symbol);
  if (market) return market;
  const missing = markets.whyMissing?.(symbol);
  if (missing) throw missing;
  const suggestions = suggesting ? suggest(symbol, markets.keys()) : [];
  const hint = didYouMean(suggestions, 'the field `markets` of the exchange lists its symbols.');
  const message = `${exchange} has no market ${quote(symbol)}; ${hint}`;
  const details = { exchange, symbol, suggestions };
  throw withoutStacks(() => new MarketDataError('SYMBOL_NOT_FOUND', message, details));
}

/** A message names so many symbols; `symbols` of the error has all. */
const maxNamed = 20;

/** The nearest symbols are looked for of so many unknown ones: each search takes a millisecond or two. */
const maxSuggested = 10;

/**
 * The symbols that have a market, or may have one whose kind could not be listed. Throws SYMBOL_NOT_FOUND that names all
 * others, unless `skipUnknown` leaves them out; then it throws where none is left.
 */
export function requireMarkets(
  exchange: string,
  symbols: readonly string[],
  markets: Markets,
  skipUnknown: boolean,
): readonly string[] {
  const isKnown = (symbol: string): boolean => markets.has(symbol) || Boolean(markets.whyMissing?.(symbol));
  const unknown = [...new Set(symbols.filter((symbol) => !isKnown(symbol)))];
  const known = symbols.filter(isKnown);
  if (unknown.length === 0 || (skipUnknown && known.length > 0)) return known;
  const suggestions = unknown.slice(0, maxSuggested).flatMap((symbol) => suggest(symbol, markets.keys()).slice(0, 1));
  const named = unknown.slice(0, maxNamed).map(quote).join(', ');
  const others = unknown.length > maxNamed ? ` and ${unknown.length - maxNamed} others` : '';
  const hint =
    known.length > 0
      ? 'skipUnknown: true leaves unknown symbols out.'
      : didYouMean(suggestions, 'the field `markets` of the exchange lists its symbols.');
  const message = `${exchange} has no ${unknown.length === 1 ? 'market' : 'markets'} ${named}${others}; ${hint}`;
  const details = { exchange, symbols: unknown, suggestions };
  throw withoutStacks(() => new MarketDataError('SYMBOL_NOT_FOUND', message, details));
}

function didYouMean(suggestions: readonly string[], otherwise: string): string {
  return suggestions.length > 0 ? `did you mean ${suggestions.join(' or ')}?` : otherwise;
}

/** What the client sent, quoted and no longer than a sentence bears. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
