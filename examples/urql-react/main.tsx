import { createRoot } from 'react-dom/client';
import { gql, Provider, type TypedDocumentNode, useQuery, useSubscription } from 'urql';
import { useConnected, useRetry } from './hooks';
import { urql } from './urql';

type Variables = { readonly exchange: string; readonly symbols: readonly string[] };
type Ticker = { readonly symbol: string; readonly last: number | null; readonly stale: boolean };
type Tickers = { readonly [symbol: string]: Ticker };

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

/** By default a subscription only has its last event: this keeps the newest ticker of each symbol. */
function keepNewest(tickers: Tickers = {}, { tickersUpdated: ticker }: { readonly tickersUpdated: Ticker }): Tickers {
  return { ...tickers, [ticker.symbol]: ticker };
}

function Table() {
  // A symbol that fails is null and has an error; the others are there.
  const [query, ask] = useQuery({ query: tickersQuery, variables, requestPolicy: 'network-only' });
  const [live, subscribe] = useSubscription({ query: tickersUpdated, variables }, keepNewest);
  useRetry(query.error, ask);
  useRetry(live.error, subscribe);
  const isConnected = useConnected();
  const rows = variables.symbols.map((symbol, index) => {
    const ticker = live.data?.[symbol] ?? query.data?.tickers[index];
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
      <caption>{[query.error?.message, live.error?.message]}</caption>
      <tbody>{rows}</tbody>
    </table>
  );
}

createRoot(document.body).render(
  <Provider value={urql}>
    <Table />
  </Provider>,
);
