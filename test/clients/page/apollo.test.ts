import { gql } from '@apollo/client';
import { describe, expect, test, vi } from 'vitest';
import { eventually } from '../../support/socket-client.ts';
import { usePageServer } from './page-server.ts';

const said = 'http://localhost:4000/graphql';

const server = usePageServer(({ url }) => ({
  'apollo.ts': { [said]: url },
  'apollo-3.ts': { [said]: url, '@apollo/client': 'apollo-client-3' },
}));

const tickers = gql`
  query ($symbols: [String!]!) {
    tickers(exchange: "sim", symbols: $symbols) { id symbol last receivedAt }
  }
`;
const tickersUpdated = gql`
  subscription ($symbols: [String!]!) {
    tickersUpdated(exchange: "sim", symbols: $symbols) { id symbol last receivedAt }
  }
`;
const candles = gql`
  { candles(exchange: "sim", symbol: "BTC/USDT", timeframe: "1h", limit: 3) { timestamp close } }
`;
const book = gql`
  { orderBook(exchange: "sim", symbol: "BTC/USDT", limit: 3) { id bids { price amount } asks { price } } }
`;

interface Ticker {
  readonly symbol: string;
  readonly last: number;
  readonly receivedAt: number;
}

/** What both versions have. */
interface Apollo {
  query(options: object): Promise<{ readonly data: { readonly tickers: readonly (Ticker | null)[] } }>;
  subscribe(options: object): { subscribe(next: (result: object) => void): { unsubscribe(): void } };
  readQuery(options: object): unknown;
  writeQuery(options: object): unknown;
  stop(): void;
}

describe.each(['apollo', 'apollo-3'])('%s', (file) => {
  async function load(): Promise<Apollo> {
    const { apollo }: { readonly apollo: Apollo } = await import(`${server().folder.path}/${file}.ts`);
    return apollo;
  }

  test('a query with a symbol that fails has the others, and the error', async () => {
    const apollo = await load();
    const variables = { symbols: ['BTC/USDT', 'NO/SUCH'] };
    const result = await apollo.query({ query: tickers, variables });
    expect(result.data.tickers).toEqual([expect.objectContaining({ last: expect.any(Number) }), null]);
    expect(JSON.stringify(result)).toContain('SYMBOL_NOT_FOUND');
    await expect(
      apollo.query({ query: tickers, variables, errorPolicy: 'none', fetchPolicy: 'no-cache' }),
    ).rejects.toThrow('NO/SUCH');
  });

  test('a subscription comes over the WebSocket, and its tickers update what was queried', async () => {
    const apollo = await load();
    const variables = { symbols: ['BTC/USDT', 'ETH/USDT'] };
    const read = (): readonly Ticker[] => {
      return (apollo.readQuery({ query: tickers, variables }) as { tickers: readonly Ticker[] }).tickers;
    };
    await apollo.query({ query: tickers, variables });
    const before = read();
    const subscription = apollo.subscribe({ query: tickersUpdated, variables }).subscribe(() => {});
    await eventually(() => read().every(({ receivedAt }, index) => receivedAt > (before[index]?.receivedAt ?? 0)));
    expect(server().running.app.counts).toMatchObject({ sockets: 1, operations: 1 });
    expect(read().map(({ symbol }) => symbol)).toEqual(variables.symbols);
    subscription.unsubscribe();
    await eventually(() => server().running.app.counts.operations === 0);
  });

  test('what has no id is kept in its parent, and replaced without a warning', async () => {
    const apollo = await load();
    const warnings = ['warn', 'error'].map((name) => vi.spyOn(console, name as 'warn' | 'error'));
    for (const query of [candles, book]) await apollo.query({ query });
    expect(apollo.readQuery({ query: candles })).toEqual({ candles: new Array(3).fill(expect.any(Object)) });
    const shorter = { orderBook: { __typename: 'OrderBook', id: 'sim:BTC/USDT', bids: [], asks: [] } };
    const { orderBook } = apollo.readQuery({ query: book }) as { orderBook: { id: string } };
    apollo.writeQuery({ query: book, data: { orderBook: { ...shorter.orderBook, id: orderBook.id } } });
    expect(apollo.readQuery({ query: book })).toMatchObject({ orderBook: { bids: [] } });
    for (const warning of warnings) expect(warning.mock.calls).toEqual([]);
  });
});
