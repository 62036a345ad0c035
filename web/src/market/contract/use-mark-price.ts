import { useEffect } from 'react';
import { useQuery } from 'urql';
import type { MarketRef } from '../../base/market-ref.ts';
import { MarkPriceDocument } from './contract.graphql.ts';

/** The mark price of a contract and the index price of its underlying; null where the exchange has none. */
export interface MarkPrice {
  readonly markPrice: number | null;
  readonly indexPrice: number | null;
}

const none: MarkPrice = { markPrice: null, indexPrice: null };
const intervalMs = 15_000;

/**
 * Requests the mark price every 15 seconds. A subscription to it would be dearer: at many exchanges it takes a call of
 * its own, which each ticker would cause again.
 */
export function useMarkPrice({ exchange, symbol }: MarketRef, isNeeded: boolean): MarkPrice {
  const variables = { exchange, symbol };
  const [{ data }, request] = useQuery({ query: MarkPriceDocument, variables, pause: !isNeeded });
  useEffect(() => {
    if (!isNeeded) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') request();
    }, intervalMs);
    return () => clearInterval(timer);
  }, [isNeeded, request]);
  return (isNeeded && data?.ticker) || none;
}
