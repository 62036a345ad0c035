import { useEffect, useMemo } from 'react';
import { useQuery } from 'urql';
import type { MarketRef } from '../base/market-ref.ts';
import { type Failure, toFailure } from '../client/error-text.ts';
import { MarketInfoDocument } from './market-info.graphql.ts';
import type { MarketInfo } from './market-info.ts';
import { toSuggestions } from './suggestions.ts';

/** What the exchange lists about a market, or why that is not known. */
export interface MarketAnswer {
  readonly info: MarketInfo | null;
  readonly failure: Failure | null;
  /** Markets that may have been meant, if this one does not exist. */
  readonly suggestions: readonly MarketRef[];
}

/** Asks for the market until there is an answer. It stays unknown if the failure is final. */
export function useMarketInfo(market: MarketRef): MarketAnswer {
  const { exchange, symbol } = market;
  const [{ data, error }, request] = useQuery({ query: MarketInfoDocument, variables: { exchange, symbol } });
  // Once for each error, because a failure says when it happened.
  const failure = useMemo(() => (error ? toFailure(error) : null), [error]);
  useEffect(() => {
    if (failure === null || failure.retryAfterMs === null) return;
    const timer = setTimeout(request, failure.retryAfterMs);
    return () => clearTimeout(timer);
  }, [failure, request]);
  const [graphQLError] = error?.graphQLErrors ?? [];
  return {
    info: data?.market ?? null,
    failure,
    suggestions: graphQLError ? toSuggestions(market, graphQLError.extensions) : [],
  };
}
