import { MarketDataError } from '../../../market/errors.ts';
import { maxRows } from '../../../market/row-limits.ts';
import { FieldCost, sharedCallCost } from '../../cost/field-cost.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';

/** Maximum number of symbols of one field. */
const maxSymbols = 1000;

/** Maximum number of markets of one field. */
export const maxMarkets = 1000;

/** The arguments that select one market. */
export const marketArgs = builder.args((t) => ({
  exchange: t.id({ required: true, description: "The exchange's id in ccxt, for example kraken." }),
  symbol: t.string({ required: true, description: 'Unified symbol, for example BTC/USDT.' }),
}));

/** The arguments that select several markets of one exchange. */
export const marketsArgs = builder.args((t) => ({
  exchange: t.id({ required: true, description: "The exchange's id in ccxt, for example kraken." }),
  symbols: t.stringList({
    required: true,
    description: `Unified symbols, for example BTC/USDT; at most ${maxSymbols}.`,
    extensions: bounded({ maxItems: maxSymbols }),
  }),
}));

/** The cost of a field that returns one object per symbol. The symbols share calls to the exchange. */
export const symbolsCost = new FieldCost({
  weight: sharedCallCost,
  listSize: { argument: 'symbols', isList: true, max: maxSymbols },
});

/** The cost of a field that returns one object of one market. */
export const marketCost = new FieldCost({ weight: sharedCallCost });

/** Approximate number of past items that a subscription sends when a client reconnects. */
const assumedHistory = 100;

/** The cost of a subscription to one market that can begin in the past. */
export const resumableCost = new FieldCost({
  weight: sharedCallCost,
  listSize: { argument: 'since', toSize: () => assumedHistory },
});

/** The argument that says where a subscription to one market begins. */
export const sinceArg = (what: 'candle' | 'trade') =>
  builder.args((t) => ({
    since: t.field({
      type: 'DateTime',
      description: `Where to begin, inclusive. Everything from then on is sent first, each ${what} once, followed by live data. To continue after a query or to reconnect, use the timestamp of the last ${what} that you have. 0 means from the beginning, which is usually too much: more than 10,000, or a time that the exchange no longer serves, is an error.`,
    }),
  }));

/** The arguments that select a part of the history of one market. */
export const historyArgs = (what: 'payments' | 'values') =>
  builder.args((t) => ({
    since: t.field({
      type: 'DateTime',
      description: `Where to begin, inclusive. If the exchange's history does not reach back that far, that is an error.`,
    }),
    until: t.field({ type: 'DateTime', description: 'Where to end, exclusive.' }),
    limit: t.int({
      required: true,
      defaultValue: 100,
      description: `Maximum number of ${what}, up to ${maxRows}.`,
      extensions: bounded({ minimum: 1, maximum: maxRows }),
    }),
  }));

export interface HistoryRangeArgs {
  readonly since?: number | null | undefined;
  readonly until?: number | null | undefined;
  readonly limit: number;
}

/** The same without what is not given. */
export function toHistoryRange({ since, until, limit }: HistoryRangeArgs): {
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
} {
  return {
    limit,
    ...(typeof since === 'number' ? { since } : {}),
    ...(typeof until === 'number' ? { until } : {}),
  };
}

/** Returns the symbols. Throws BAD_USER_INPUT if there are too many. */
export function requireSymbols(symbols: readonly string[]): readonly string[] {
  if (symbols.length <= maxSymbols) return symbols;
  const message = `symbols has ${symbols.length} entries; it may have at most ${maxSymbols}.`;
  throw new MarketDataError('BAD_USER_INPUT', message);
}
