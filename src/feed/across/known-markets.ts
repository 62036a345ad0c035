import type { Clock } from '../../base/clock.ts';
import { errorOf, type MarketDataError } from '../../market/errors.ts';
import { joinErrors } from '../../market/join-errors.ts';
import type { MarketRef } from '../../market/market-ref.ts';
import type { Markets } from '../../market/model/market.ts';
import { requireMarkets } from '../../market/model/not-found.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { listMarkets } from './list-markets.ts';

/** For how many unknown symbols of one operation suggestions are searched; each search takes a millisecond or two. */
const maxSuggested = 10;

export interface KnownMarketsOptions {
  readonly marketData: Pick<MarketData, 'exchange' | 'fetchMarkets'>;
  readonly clock: Clock;
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
  { marketData, clock, skipUnknown }: KnownMarketsOptions,
): Promise<readonly MarketRef[]> {
  const errors: MarketDataError[] = [];
  const listing: Promise<Listing>[] = [];
  for (const [exchange, symbols] of groupByExchange(markets)) {
    const error = errorOf(() => marketData.exchange(exchange));
    if (error) errors.push(error);
    else listing.push(list(exchange, symbols));
  }
  if (errors.length > 0 && !skipUnknown) throw joinErrors(errors);
  const known: MarketRef[] = [];
  let suggestions = maxSuggested;
  for (const { exchange, symbols, markets } of await Promise.all(listing)) {
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

  async function list(exchange: string, symbols: readonly string[]): Promise<Listing> {
    return { exchange, symbols, markets: await listMarkets(marketData, exchange, clock) };
  }
}

/** The symbols of a watch list that belong to one exchange, and all markets of the exchange; null if it cannot list them. */
interface Listing {
  readonly exchange: string;
  readonly symbols: readonly string[];
  readonly markets: Markets | null;
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
