import { withoutStackTraces } from '../../base/stack-traces.ts';
import { suggest } from '../../base/suggest.ts';
import { MarketDataError } from '../errors.ts';
import type { Market, Markets } from './market.ts';

/** What to do about a name that is unknown, in the words of GraphQL. Doors without GraphQL replace these parts. */
export const remedies = {
  listExchanges: 'the query `exchanges` lists all ids',
  listMarkets: 'the field `markets` of the exchange lists its symbols',
  skipUnknown: 'skipUnknown: true leaves out unknown symbols',
} as const;

/** EXCHANGE_NOT_FOUND with the closest ids. `exists` is true for an exchange that exists but is not enabled here. */
export function exchangeNotFound(id: string, ids: readonly string[], exists: boolean): MarketDataError {
  const suggestions = exists ? ids.slice(0, 10) : suggest(id, ids);
  const fact = exists ? `The exchange ${id} is not enabled on this server` : `There is no exchange ${quote(id)}`;
  const hint = exists
    ? `the enabled ones are ${suggestions.join(', ')}${ids.length > suggestions.length ? ' and others' : ''}.`
    : didYouMean(suggestions, `${remedies.listExchanges}.`);
  const details = { exchange: id, suggestions };
  return withoutStackTraces(() => new MarketDataError('EXCHANGE_NOT_FOUND', `${fact}; ${hint}`, details));
}

/**
 * The market with exactly this symbol. Throws SYMBOL_NOT_FOUND with the closest symbols; `suggesting: false` skips the
 * search for them, which takes a millisecond or two on a large exchange. If the markets of its kind could not be loaded,
 * it throws that error instead, because it is unknown whether the market exists.
 */
export function requireMarket(exchange: string, symbol: string, markets: Markets, suggesting = true): Market {
  const market = markets.get(symbol);
  if (market) return market;
  const missing = markets.whyMissing?.(symbol);
  if (missing) throw missing;
  const suggestions = suggesting ? suggest(symbol, markets.keys()) : [];
  const hint = didYouMean(suggestions, `${remedies.listMarkets}.`);
  const message = `${exchange} has no market ${quote(symbol)}; ${hint}`;
  const details = { exchange, symbol, suggestions };
  throw withoutStackTraces(() => new MarketDataError('SYMBOL_NOT_FOUND', message, details));
}

/** How many symbols a message names; `symbols` of the error contains all of them. */
const maxNamed = 20;

/** For how many unknown symbols suggestions are searched; each search takes a millisecond or two. */
const maxSuggested = 10;

/**
 * The symbols that have a market, or that may have one because their kind of markets could not be loaded. Throws
 * SYMBOL_NOT_FOUND for the others; with `skipUnknown` it leaves them out and throws only if no symbol remains.
 * Suggestions are searched for at most `suggested` of them.
 */
export function requireMarkets(
  exchange: string,
  symbols: readonly string[],
  markets: Markets,
  skipUnknown: boolean,
  suggested = maxSuggested,
): readonly string[] {
  const isKnown = (symbol: string): boolean => markets.has(symbol) || Boolean(markets.whyMissing?.(symbol));
  const unknown = [...new Set(symbols.filter((symbol) => !isKnown(symbol)))];
  const known = symbols.filter(isKnown);
  if (unknown.length === 0 || (skipUnknown && known.length > 0)) return known;
  const suggestions = unknown.slice(0, suggested).flatMap((symbol) => suggest(symbol, markets.keys()).slice(0, 1));
  const named = unknown.slice(0, maxNamed).map(quote).join(', ');
  const others = unknown.length > maxNamed ? ` and ${unknown.length - maxNamed} others` : '';
  const hint = known.length > 0 ? `${remedies.skipUnknown}.` : didYouMean(suggestions, `${remedies.listMarkets}.`);
  const message = `${exchange} has no ${unknown.length === 1 ? 'market' : 'markets'} ${named}${others}; ${hint}`;
  const details = { exchange, symbols: unknown, suggestions };
  throw withoutStackTraces(() => new MarketDataError('SYMBOL_NOT_FOUND', message, details));
}

function didYouMean(suggestions: readonly string[], fallback: string): string {
  return suggestions.length > 0 ? `did you mean ${suggestions.join(' or ')}?` : fallback;
}

/** A text from a client in quotes, cut to a length that fits into a sentence. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
