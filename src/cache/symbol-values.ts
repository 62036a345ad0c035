import type { MarketDataError } from '../market/errors.ts';
import type { Fresh } from '../market/model/fresh.ts';
import type { FetchOptions } from '../market/ports/market-data.ts';

/** A value of one market, such as its ticker. */
export interface SymbolValue {
  /** When this server received it, epoch ms. */
  readonly receivedAt: number;
  /** True for a last known value whose exchange fails. */
  readonly stale: boolean;
}

/** The value of one symbol, or the error that says why it is missing. */
export type SymbolResult<V> = Fresh<V> | MarketDataError;

/** A result for each requested symbol. */
export type SymbolResults<V> = ReadonlyMap<string, SymbolResult<V>>;

/** Requests the values of several symbols of one exchange. Never rejects: each symbol has its own result. */
export type FetchSymbols<V> = (
  exchange: string,
  symbols: readonly string[],
  options?: FetchOptions,
) => Promise<SymbolResults<V>>;
