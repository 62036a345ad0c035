import type { Clock } from '../../base/clock.ts';
import { settledInTime } from '../../base/settled-in-time.ts';
import { errorOf, type MarketDataError } from '../../market/errors.ts';
import { joinErrors } from '../../market/join-errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import { requireMarkets } from '../../market/model/not-found.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { listMarkets, listWaitMs } from './list-markets.ts';

/** For how many unknown symbols of one operation suggestions are searched; each search takes a millisecond or two. */
const maxSuggested = 10;

export interface KnownMarketsOptions {
  readonly marketData: Pick<MarketData, 'exchange' | 'fetchMarkets'>;
  readonly clock: Clock;
  /** The longest wait for all lists of markets, in ms. */
  readonly timeoutMs: number;
  /** True if unknown markets are left out. */
  readonly skipUnknown: boolean;
}

/**
 * The markets of a watch list that exist, or that may exist because their exchange cannot list its markets at present.
 * Rejects with one error that names all unknown exchanges, or else all unknown markets. With `skipUnknown` they are left
 * out, and it rejects only if none remains.
 */
export async function findKnownMarkets(
  markets: readonly MarketRef[],
  options: KnownMarketsOptions,
): Promise<readonly MarketRef[]> {
  const { marketData, clock, skipUnknown, timeoutMs } = options;
  const errors: MarketDataError[] = [];
  const listed: { readonly exchange: string; readonly symbols: readonly string[] }[] = [];
  for (const [exchange, symbols] of groupByExchange(markets)) {
    const error = errorOf(() => marketData.exchange(exchange));
    if (error) errors.push(error);
    else listed.push({ exchange, symbols });
  }
  if (errors.length > 0 && !skipUnknown) throw joinErrors(errors);
  const listing = listed.map(({ exchange }) => listMarkets(options, exchange, timeoutMs));
  const lists = await settledInTime(clock, listWaitMs, listing);
  const known: MarketRef[] = [];
  let suggestions = maxSuggested;
  for (const [index, { exchange, symbols }] of listed.entries()) {
    const list = lists[index];
    const markets = list?.status === 'fulfilled' ? list.value : null;
    const error = errorOf(() => {
      const found = markets ? requireMarkets(exchange, symbols, markets, skipUnknown, suggestions) : symbols;
      known.push(...found.map((symbol) => ({ exchange, symbol })));
    });
    if (!error) continue;
    errors.push(error);
    suggestions = Math.max(0, suggestions - symbols.length);
  }
  if (errors.length > 0 && (!skipUnknown || known.length === 0)) throw joinErrors(errors);
  return known;
}

function groupByExchange(markets: readonly MarketRef[]): ReadonlyMap<string, readonly string[]> {
  const symbolsOf = new Map<string, string[]>();
  for (const { exchange, symbol } of markets) {
    const symbols = symbolsOf.get(exchange);
    if (symbols) symbols.push(symbol);
    else symbolsOf.set(exchange, [symbol]);
  }
  return symbolsOf;
}
