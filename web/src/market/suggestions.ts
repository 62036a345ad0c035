import type { MarketRef } from '../base/market-ref.ts';

/** The markets that an error of the server suggests: other symbols of the exchange, or other exchanges. */
export function toSuggestions(market: MarketRef, extensions: Readonly<Record<string, unknown>>): readonly MarketRef[] {
  const { code, suggestions } = extensions;
  if (!Array.isArray(suggestions)) return [];
  const texts = suggestions.filter((suggestion) => typeof suggestion === 'string');
  if (code === 'SYMBOL_NOT_FOUND') return texts.map((symbol) => ({ ...market, symbol }));
  if (code === 'EXCHANGE_NOT_FOUND') return texts.map((exchange) => ({ ...market, exchange }));
  return [];
}
