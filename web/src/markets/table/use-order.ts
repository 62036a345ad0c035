import { useEffect, useMemo, useState } from 'react';
import type { Sorting } from '../../address/address.ts';
import { type MarketRef, toKey } from '../../base/market-ref.ts';
import type { TickerStore } from '../live/ticker-store.ts';
import { sortMarkets } from './sort-markets.ts';

const sortMs = 1000;

/**
 * The markets in the order of the sorting. While values move, the order follows them once a second, and not while
 * `isHeld` says that somebody is using a row.
 */
export function useOrder(
  markets: readonly MarketRef[],
  sorting: Sorting | null,
  store: TickerStore,
  isHeld: () => boolean,
): readonly MarketRef[] {
  const [changes, setChanges] = useState(() => store.changes.get());
  useEffect(() => {
    if (!sorting) return;
    const timer = setInterval(() => {
      if (!isHeld()) setChanges(store.changes.get());
    }, sortMs);
    return () => clearInterval(timer);
  }, [sorting, store, isHeld]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is sorted by changes with `changes`.
  return useMemo(
    () => sortMarkets(markets, sorting, (market) => store.row(toKey(market)).get()),
    [markets, sorting, store, changes],
  );
}
