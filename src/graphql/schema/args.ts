import { MarketDataError } from '../../market/error.ts';
import { builder } from '../builder.ts';
import { FieldCost, sharedCallCost } from '../field-cost.ts';

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

/** What a field costs that has a row for each symbol; they share the calls. */
export const symbolsCost = new FieldCost({
  own: sharedCallCost,
  rows: { argument: 'symbols', isList: true, most: maxSymbols },
});

/** The same of one market. */
export const marketCost = new FieldCost({ own: sharedCallCost });

/** The symbols as they are. Throws BAD_USER_INPUT when they are too many. */
export function requireSymbols(symbols: readonly string[]): readonly string[] {
  if (symbols.length <= maxSymbols) return symbols;
  const message = `symbols has ${symbols.length} entries; it may have at most ${maxSymbols}.`;
  throw new MarketDataError('BAD_USER_INPUT', message);
}
