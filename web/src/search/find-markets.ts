import type { Client } from 'urql';
import { pipe, subscribe, take } from 'wonka';
import { toFailure } from '../client/error-text.ts';
import type { FindMarkets } from './market-search.ts';
import { rankMarkets } from './rank-markets.ts';
import { SearchMarketsDocument } from './search-markets.graphql.ts';

/** Of a single exchange, more markets are shown than of several. */
const manyMarkets = 30;
const fewMarkets = 8;

/** Asks the server for the markets of an exchange. A request that is given up is aborted. */
export function createFindMarkets(client: Client): FindMarkets {
  return (exchange, { text, type, preferredQuote, exchanges }, onAnswer) => {
    const first = exchanges.length === 1 ? manyMarkets : fewMarkets;
    const { unsubscribe } = pipe(
      client.query(SearchMarketsDocument, { exchange, search: text, type, first }),
      take(1),
      subscribe(({ data, error }) => {
        const { markets = null, spot = null, swap = null } = data?.exchange ?? {};
        const found = [markets, spot, swap].flatMap((each) => each?.nodes ?? []);
        const wanted = found.filter((market) => type === null || market.type === type);
        onAnswer({
          exchange,
          markets: rankMarkets(wanted, text, preferredQuote).slice(0, first),
          totalCount: markets?.totalCount ?? 0,
          failure: error ? toFailure(error).message : null,
        });
      }),
    );
    return unsubscribe;
  };
}
