import { MarketDataError } from './error.ts';
import type { Market, Markets } from './market.ts';
import { suggest } from './suggest.ts';
import { withoutStacks } from './without-stacks.ts';

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
  const unlisted = markets.whyUnlisted?.(symbol);
  if (unlisted) throw unlisted;
  const suggestions = suggesting ? suggest(symbol, markets.keys()) : [];
  const hint = didYouMean(suggestions, 'the field `markets` of the exchange lists its symbols.');
  const message = `${exchange} has no market ${quote(symbol)}; ${hint}`;
  const details = { exchange, symbol, suggestions };
  throw withoutStacks(() => new MarketDataError('SYMBOL_NOT_FOUND', message, details));
}

function didYouMean(suggestions: readonly string[], otherwise: string): string {
  return suggestions.length > 0 ? `did you mean ${suggestions.join(' or ')}?` : otherwise;
}

/** What the client sent, quoted and no longer than a sentence bears. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
