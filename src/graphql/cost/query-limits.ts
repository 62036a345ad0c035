import { MarketDataError } from '../../market/errors.ts';

/** How much one document may ask for. */
export interface QueryLimits {
  /** Lexical tokens of a document: names, values and punctuators. */
  readonly maxTokens: number;
  /** Levels of nested fields. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  /** The cost of one operation, in the units of `FieldCost`. */
  readonly maxCost: number;
}

/**
 * A thousand symbols need a thousand tokens, a hundred aliased candle lists some two thousand. The cost limit allows
 * slightly more than 10,000 candles with all their fields.
 */
export const defaultQueryLimits: QueryLimits = { maxTokens: 3000, maxDepth: 12, maxAliases: 100, maxCost: 100_000 };

/** The error for a document that asks for too much. The message names the limit. */
export function tooComplex(message: string): MarketDataError {
  return new MarketDataError('QUERY_TOO_COMPLEX', message);
}
