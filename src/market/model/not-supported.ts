import { MarketDataError } from '../errors.ts';
import type { MarketRef } from '../market-ref.ts';
import type { Capability, ExchangeInfo } from './exchange.ts';

/** How many exchanges an error suggests, and how many of these its sentence names. */
const maxSuggestions = 10;
const maxNamed = 3;

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
