import { MarketDataError } from '../../market/error.ts';
import { builder } from '../builder.ts';

/** The most symbols of one field. */
const maxSymbols = 1000;

/** Names one market. */
export const marketArgs = builder.args((t) => ({
  exchange: t.id({ required: true, description: "ccxt's id of the exchange, for example kraken." }),
  symbol: t.string({ required: true, description: 'Unified symbol, for example BTC/USDT.' }),
}));

/** Names markets of one exchange. */
export const marketsArgs = builder.args((t) => ({
  exchange: t.id({ required: true, description: "ccxt's id of the exchange, for example kraken." }),
  symbols: t.stringList({
    required: true,
    description: `Unified symbols, for example BTC/USDT; at most ${maxSymbols}.`,
  }),
}));

/** The symbols as they are. Throws BAD_USER_INPUT when they are too many. */
export function requireSymbols(symbols: readonly string[]): readonly string[] {
  if (symbols.length <= maxSymbols) return symbols;
  const message = `symbols has ${symbols.length} entries; it may have at most ${maxSymbols}.`;
  throw new MarketDataError('BAD_USER_INPUT', message);
}
