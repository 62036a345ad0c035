import { MarketDataError } from './errors.ts';

/** How many of the errors a message names; each is a sentence or two. */
const maxNamed = 10;

/** How many suggestions the error has at most. */
const maxSuggestions = 10;

/**
 * One error for several of the same kind, such as several unknown exchanges, with the messages and symbols of all. The
 * code is that of the first. Throws without any error.
 */
export function joinErrors(errors: readonly MarketDataError[]): MarketDataError {
  const [first] = errors;
  if (!first) throw new TypeError('no error to join');
  if (errors.length === 1) return first;
  const named = errors.slice(0, maxNamed).map(({ message }) => message);
  const others = errors.length > maxNamed ? ` The same is true of ${errors.length - maxNamed} others.` : '';
  const symbols = unique(errors.flatMap(({ details: { symbol, symbols = symbol ? [symbol] : [] } }) => symbols));
  const suggestions = unique(errors.flatMap(({ details }) => details.suggestions ?? [])).slice(0, maxSuggestions);
  const details = { ...(symbols.length > 0 ? { symbols } : {}), suggestions };
  return new MarketDataError(first.code, `${named.join(' ')}${others}`, details);
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
