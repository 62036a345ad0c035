import { MarketDataError } from '../../market/errors.ts';

/** How much one document may ask for. */
export interface QueryLimits {
  /** Names, values and punctuation of a document. */
  readonly maxTokens: number;
  /** Fields within fields. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  /** What one operation may cost, in the units of cost.ts. */
  readonly maxCost: number;
}

/**
 * A thousand symbols are a thousand tokens, and a hundred candle lists with aliases some two thousand. The cost is that
 * of 10,000 candles with all their fields, and a little.
 */
export const defaultQueryLimits: QueryLimits = { maxTokens: 3000, maxDepth: 12, maxAliases: 100, maxCost: 100_000 };

/** What refuses a document that asks for too much; its message names the limit. */
export function tooComplex(message: string): MarketDataError {
  return new MarketDataError('QUERY_TOO_COMPLEX', message);
}
