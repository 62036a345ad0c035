import { useEffect, useMemo, useState } from 'react';
import type { View } from '../address/address.ts';
import { useStore } from '../base/store.ts';
import { useServices } from '../client/services.ts';
import { chooseScope } from './choose-scope.ts';
import { createFindMarkets } from './find-markets.ts';
import { MarketSearch, type SearchResults } from './market-search.ts';
import { findByName, matchExchanges, parseSearch } from './parse-search.ts';
import { quoteOf } from './rank-markets.ts';
import { findBest, listOptions, type SearchOption } from './search-options.ts';

/** What has been found for the words in the field. */
export interface Search extends SearchResults {
  /** The exchanges whose markets are searched. */
  readonly scope: readonly string[];
  /** The exchanges that are found themselves. */
  readonly exchanges: readonly string[];
  readonly options: readonly SearchOption[];
  /** What Enter chooses if nobody has moved. */
  readonly best: SearchOption | null;
}

const noExchanges = new Map();

/** Searches for the words of the field, over the exchanges that they name or those at hand. */
export function useSearch(input: string, view: View): Search {
  const { client, lists, exchanges } = useServices();
  const byId = useStore(exchanges.byId) ?? noExchanges;
  const { current } = lists;
  const { text, named, type } = useMemo(() => parseSearch(input, byId), [input, byId]);
  const scope = named.length > 0 ? named : chooseScope(view, current?.markets ?? [], byId);
  const scopeText = scope.join();

  const [search] = useState(() => new MarketSearch(createFindMarkets(client)));
  const preferredQuote = quoteOf(view);
  useEffect(() => {
    search.search({ text, type, preferredQuote, exchanges: scopeText ? scopeText.split(',') : [] });
  }, [search, text, type, preferredQuote, scopeText]);
  useEffect(() => () => search.stop(), [search]);

  const results = useStore(search.results);
  const found = named.length > 0 ? named : matchExchanges(text, byId);
  const options = listOptions(found, results.answers);
  return { ...results, scope, exchanges: found, options, best: findBest(options, findByName(text, byId)) };
}
