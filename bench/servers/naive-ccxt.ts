import { once } from 'node:events';
import { createServer } from 'node:http';
import { binance, type Ticker } from 'ccxt';
import { createSchema, createYoga } from 'graphql-yoga';

// The naive solution: GraphQL in front of one ccxt instance, with one call for every ticker.

/** The report to the parent process. */
export interface NaiveReport {
  readonly type: 'ready';
  readonly port: number;
}

const lifetimeMs = 300_000;
const exchange = new binance(JSON.parse(process.argv[2] ?? '{}'));

const schema = createSchema({
  typeDefs: `
    type Ticker { symbol: String! last: Float }
    type Query {
      ticker(exchange: ID!, symbol: String!): Ticker
      tickers(exchange: ID!, symbols: [String!]!): [Ticker]!
    }
  `,
  resolvers: {
    Query: {
      ticker: (_root, { symbol }: { readonly symbol: string }): Promise<Ticker> => exchange.fetchTicker(symbol),
      tickers: (_root, { symbols }: { readonly symbols: readonly string[] }): readonly Promise<Ticker>[] =>
        symbols.map((symbol) => exchange.fetchTicker(symbol)),
    },
  },
});
const server = createServer(createYoga({ schema }));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');
process.on('disconnect', () => process.exit());
setTimeout(() => process.exit(1), lifetimeMs).unref();
process.send?.({ type: 'ready', port: address.port } satisfies NaiveReport);
