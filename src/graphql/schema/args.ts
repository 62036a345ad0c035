import { MarketDataError } from '../../market/errors.ts';
import { FieldCost, sharedCallCost } from '../cost/field-cost.ts';
import { builder } from '../types/builder.ts';

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

/** About how many rows a subscription sends of the past when a client comes back. */
const usualHistory = 100;

/** What a subscription of one market costs that may begin in the past. */
export const resumableCost = new FieldCost({
  own: sharedCallCost,
  rows: { argument: 'since', count: () => usualHistory },
});

/** Where a subscription of one market begins. */
export const sinceArg = (what: 'candle' | 'trade') =>
  builder.args((t) => ({
    since: t.field({
      type: 'DateTime',
      description: `Where to begin, inclusive: what there is from then on comes first, each once, then what is live. Give the timestamp of the last ${what} that you have, after a query or to reconnect; 0, the beginning, is mostly too much. More than 10,000, or what the exchange no longer serves, is an error.`,
    }),
  }));

/** The symbols as they are. Throws BAD_USER_INPUT when they are too many. */
export function requireSymbols(symbols: readonly string[]): readonly string[] {
  if (symbols.length <= maxSymbols) return symbols;
  const message = `symbols has ${symbols.length} entries; it may have at most ${maxSymbols}.`;
  throw new MarketDataError('BAD_USER_INPUT', message);
}
