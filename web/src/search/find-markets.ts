import type { Client } from 'urql';
import { pipe, subscribe, take } from 'wonka';
import { toFailure } from '../client/error-text.ts';
import type { FindMarkets } from './market-search.ts';
import { SearchMarketsDocument } from './search-markets.graphql.ts';

/** Of a single exchange, more markets are shown than of several. */
const manyMarkets = 30;
const fewMarkets = 8;

/** Asks the server for the markets of an exchange. A request that is given up is aborted. */
export function createFindMarkets(client: Client): FindMarkets {
  return (exchange, { text, exchanges }, onAnswer) => {
    const first = exchanges.length === 1 ? manyMarkets : fewMarkets;
    const { unsubscribe } = pipe(
      client.query(SearchMarketsDocument, { exchange, search: text, first }),
      take(1),
      subscribe(({ data, error }) => {
        const { nodes = [], totalCount = 0 } = data?.exchange?.markets ?? {};
        onAnswer({ exchange, markets: nodes, totalCount, failure: error ? toFailure(error).message : null });
      }),
    );
    return unsubscribe;
  };
}
