import { useEffect, useRef, useState } from 'react';
import type { Client } from 'urql';
import { rankByCount } from '../base/rank-by-count.ts';
import { useServices } from '../client/services.ts';
import {
  QuoteCurrenciesDocument,
  type QuoteCurrenciesQuery,
  type QuoteCurrenciesQueryVariables,
} from './quote-currencies.graphql.ts';
import type { MarketType } from './screen.graphql.ts';

type QuotePage = NonNullable<NonNullable<QuoteCurrenciesQuery['exchange']>['markets']>;

/** The arrow keys choose every exchange on their way through a list. Only the one where they stop is contacted. */
const settleMs = 300;

/** The quote currencies of an exchange, that of the most markets first; null until they are known. */
export function useQuoteCurrencies(exchange: string, type: MarketType | null): readonly string[] | null {
  const { client } = useServices();
  const key = `${exchange} ${type}`;
  const [loaded, setLoaded] = useState<{ readonly key: string; readonly currencies: readonly string[] } | null>(null);

  const isFirst = useRef(true);

  useEffect(() => {
    let isWanted = true;
    const load = async (): Promise<void> => {
      const currencies = rankByCount(await listQuotes(client, exchange, type));
      if (isWanted) setLoaded({ key, currencies });
    };
    const timer = setTimeout(() => void load(), isFirst.current ? 0 : settleMs);
    isFirst.current = false;
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [client, exchange, type, key]);

  return loaded?.key === key ? loaded.currencies : null;
}

/** The quote currency of each active market. None if the exchange fails: then the screen itself says why. */
async function listQuotes(client: Client, exchange: string, type: MarketType | null): Promise<readonly string[]> {
  const quotes: string[] = [];
  let after: string | null = null;
  do {
    const page: QuotePage | null = await loadPage(client, { exchange, type, after });
    for (const { quote } of page?.nodes ?? []) quotes.push(quote);
    after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return quotes;
}

async function loadPage(client: Client, variables: QuoteCurrenciesQueryVariables): Promise<QuotePage | null> {
  const { data } = await client.query(QuoteCurrenciesDocument, variables).toPromise();
  return data?.exchange?.markets ?? null;
}
