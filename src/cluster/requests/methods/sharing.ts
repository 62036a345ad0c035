import { MarketDataError } from '../../../market/errors.ts';
import type { Fresh } from '../../../market/model/fresh.ts';
import type { Results } from '../../wire/results.ts';
import type { ExchangeQuery } from './exchange-query.ts';

/** An answer that other instances can use, and until when. */
export interface SharedPart<R> {
  readonly answer: R;
  /** Epoch ms. */
  readonly usefulUntil: number;
}

/**
 * How instances use each other's answers of one method. An answer is shared in parts, each of which answers a query of
 * its own: one part for each symbol, or one for the whole.
 */
export interface Sharing<Q extends ExchangeQuery, R> {
  /** The queries that together ask the same, one for each part. */
  split(query: Q): readonly Q[];
  /** One query for several parts of a query. */
  unite(query: Q, parts: readonly Q[]): Q;
  /** The part of an answer that answers a part of the query; null if it is of no use to others. */
  partOf(answer: R, part: Q, now: number): SharedPart<R> | null;
  /** One answer from those to all parts. */
  join(answers: readonly R[]): R;
  /** When the exchange sent the oldest value in the answer of a part, epoch ms; null if that is unknown. */
  receivedAt(answer: R): number | null;
}

/**
 * A live value changes without notice. For this long, in ms, it serves instances that ask at the same moment.
 */
const liveMs = 250;

/** Longer answers are of use to few. */
const maxSymbols = 50;

/** Until when others can use the value, epoch ms; null if they cannot. */
function usefulUntil({ freshUntil }: Fresh<unknown>, now: number): number | null {
  if (freshUntil === Number.POSITIVE_INFINITY) return now + liveMs;
  return freshUntil > now ? freshUntil : null;
}

/** Answers that are shared as a whole. */
export function shareWhole<Q extends ExchangeQuery, V>(receivedAt: (value: V) => number | null): Sharing<Q, Fresh<V>> {
  return {
    split: (query) => [query],
    unite: (query) => query,
    partOf: (answer, _part, now) => {
      const until = usefulUntil(answer, now);
      return until === null ? null : { answer, usefulUntil: until };
    },
    join: ([answer]) => {
      if (!answer) throw new Error('an answer without parts');
      return answer;
    },
    receivedAt: ({ value }) => receivedAt(value),
  };
}

/** A query for values of several symbols. */
export interface SymbolsQuery extends ExchangeQuery {
  readonly symbols: readonly string[];
}

/** Answers of which each symbol is shared. Errors are not. */
export function shareSymbols<V extends { readonly receivedAt: number }>(): Sharing<SymbolsQuery, Results<V>> {
  return {
    split: ({ exchange, symbols }) =>
      symbols.length > maxSymbols ? [] : symbols.map((symbol) => ({ exchange, symbols: [symbol] })),
    unite: ({ exchange }, parts) => ({ exchange, symbols: parts.flatMap(({ symbols }) => symbols) }),
    partOf: (answer, { symbols: [symbol = ''] }, now) => {
      const result = answer.get(symbol);
      if (!result || result instanceof MarketDataError) return null;
      const until = usefulUntil(result, now);
      return until === null ? null : { answer: new Map([[symbol, result]]), usefulUntil: until };
    },
    join: (answers) => new Map(answers.flatMap((answer) => [...answer])),
    receivedAt: (answer) => {
      const times = [...answer.values()].map((result) =>
        result instanceof MarketDataError ? Number.NEGATIVE_INFINITY : result.value.receivedAt,
      );
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}
