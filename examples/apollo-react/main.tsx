import { gql, type TypedDocumentNode } from '@apollo/client';
import { ApolloProvider, useQuery, useSubscription } from '@apollo/client/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { apollo } from './apollo';
import { useConnected, useRetry } from './hooks';

type Variables = { readonly exchange: string; readonly symbols: readonly string[] };
type Ticker = { readonly symbol: string; readonly last: number | null; readonly stale: boolean };

const tickersQuery: TypedDocumentNode<{ readonly tickers: readonly (Ticker | null)[] }, Variables> = gql`
  query ($exchange: ID!, $symbols: [String!]!) {
    tickers(exchange: $exchange, symbols: $symbols) { id symbol last stale }
  }
`;
const tickersUpdated: TypedDocumentNode<{ readonly tickersUpdated: Ticker }, Variables> = gql`
  subscription ($exchange: ID!, $symbols: [String!]!) {
    tickersUpdated(exchange: $exchange, symbols: $symbols, skipUnknown: true) { id symbol last stale }
  }
`;
const { exchange = 'sim', symbols = 'BTC/USDT,ETH/USDT' } = Object.fromEntries(new URLSearchParams(location.search));
const variables = { exchange, symbols: symbols.split(',') };

function Table() {
  // With `all`, a symbol that fails is null and has an error. By default one error loses all tickers.
  const query = useQuery(tickersQuery, { variables, errorPolicy: 'all' });
  // An event updates the query's ticker in the cache, because both have the same id.
  const live = useSubscription(tickersUpdated, { variables });
  const [failure, setFailure] = useState(query.error);
  // An event that updates the query's data removes its error, although a ticker is still missing.
  if (query.error && query.error !== failure) setFailure(query.error);
  const error = query.data?.tickers?.every(Boolean) ? undefined : failure;
  useRetry(error, query.refetch);
  useRetry(live.error, live.restart);
  const isConnected = useConnected();
  const rows = variables.symbols.map((symbol, index) => {
    const ticker = query.data?.tickers?.[index];
    const isCurrent = isConnected && ticker?.stale === false;
    return (
      <tr key={symbol}>
        <th>{symbol}</th>
        <td>{ticker?.last}</td>
        <td>{isCurrent ? '' : 'stale'}</td>
      </tr>
    );
  });
  return (
    <table>
      <caption>{[error?.message, live.error?.message]}</caption>
      <tbody>{rows}</tbody>
    </table>
  );
}

createRoot(document.body).render(
  <ApolloProvider client={apollo}>
    <Table />
  </ApolloProvider>,
);
