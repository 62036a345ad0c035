import type { Clock } from '../base/clock.ts';
import type { MarketDataError } from '../market/errors.ts';
import { type MarketRef, toKindKey } from '../market/market-ref.ts';
import type { Fresh } from '../market/model/fresh.ts';
import type { FetchOptions } from '../market/ports/market-data.ts';

/** A value of each of several markets of one exchange, or why it is missing. */
export type FetchTogether<V> = (
  exchange: string,
  symbols: readonly string[],
  options?: FetchOptions,
) => Promise<ReadonlyMap<string, Fresh<V> | MarketDataError>>;

export interface GatheredCallsOptions<V> {
  readonly fetch: FetchTogether<V>;
  readonly clock: Clock;
}

/** A call that has not been made yet. */
interface Call<V> {
  readonly symbols: Set<string>;
  readonly results: ReturnType<FetchTogether<V>>;
}

/** Markets that are asked for within this time share a call, in ms; it is short compared with the call itself. */
const gatherMs = 10;

/** Gathers the markets of one kind that are asked for within a moment, with the same options, into one call. */
export class GatheredCalls<V> {
  readonly #options: GatheredCallsOptions<V>;
  readonly #gathering = new Map<string, Call<V>>();

  constructor(options: GatheredCallsOptions<V>) {
    this.#options = options;
  }

  async load(market: MarketRef, options?: FetchOptions): Promise<Fresh<V> | MarketDataError> {
    const key = `${toKindKey(market)}\n${JSON.stringify(options ?? {})}`;
    const call = this.#gathering.get(key) ?? this.#gather(key, market.exchange, options);
    call.symbols.add(market.symbol);
    const result = (await call.results).get(market.symbol);
    if (!result) throw new Error(`the port gave no entry for ${market.exchange} ${market.symbol}`);
    return result;
  }

  #gather(key: string, exchange: string, options?: FetchOptions): Call<V> {
    const { fetch, clock } = this.#options;
    const symbols = new Set<string>();
    const results = new Promise<void>((resolve) => {
      clock.after(gatherMs, resolve);
    }).then(() => {
      this.#gathering.delete(key);
      return fetch(exchange, [...symbols], options);
    });
    const call = { symbols, results };
    this.#gathering.set(key, call);
    return call;
  }
}
