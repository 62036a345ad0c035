import type { GraphQLSchema } from 'graphql';
import { freshnessOf } from '../presenting/freshness.ts';
import { createPage } from '../presenting/table.ts';
import { isObject, type JsonObject, toNumber, toObjects } from '../presenting/values.ts';
import { createRootQuery, describeMarket, isSimulated } from './common/queries.ts';
import { objectOf, propertiesOf, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ToolArguments } from './common/tool-arguments.ts';

const figures = ['symbol', 'bestBid', 'bestAsk', 'mid', 'spread'];
const columns = ['bid', 'bidAmount', 'ask', 'askAmount'];

export function createOrderBookTool(schema: GraphQLSchema): Tool {
  const levels = 'bids { price amount } asks { price amount }';
  const query = createRootQuery(schema, 'orderBook', [...figures, levels, 'timestamp', 'receivedAt', 'stale']);
  const args = new ToolArguments(query);
  const level = Object.fromEntries(columns.map((name) => [name, { type: ['number', 'null'] as const }]));
  return {
    name: 'get_order_book',
    title: 'Get the order book of one market',
    description:
      'Returns the open orders of one market: what buyers bid and sellers ask, best prices first, and how much each price has. Use it for liquidity, slippage and spread: "How much can I sell before the price falls by 1 %?". For the best bid and ask alone, get_ticker is enough. Prices are in the quote currency; amounts in the base currency, for contracts often in contracts of `contractSize` (see search_markets). A row has the n-th best bid beside the n-th best ask; `mid` is halfway between the best ones. `stale: true` marks the last known book of an exchange that cannot be reached. Order books are not kept: there are none of the past, and deeper levels only with a higher `limit`.',
    field: 'orderBook',
    arguments: args,
    output: { orderBook: objectOf(propertiesOf(schema, 'OrderBook', figures)), levels: rowsOf(level) },
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, values);
      const book = isObject(value) ? value : {};
      const rows = toLevels(toObjects(book.bids), toObjects(book.asks));
      return {
        headline: `Order book of ${describeMarket(values)}, best prices first`,
        freshness: freshnessOf(book, now()),
        simulated: isSimulated(values.exchange),
        errors,
        facts: { orderBook: Object.fromEntries(figures.map((name) => [name, book[name] ?? null])) },
        table: createPage({
          name: 'levels',
          columns,
          rows,
          requested: toNumber(values.limit) ?? rows.length,
          toNext: () => null,
          hint: 'The levels that are missing are those furthest from the middle. They do not fit, and an order book has no pages.',
        }),
      };
    },
  };
}

function toLevels(bids: readonly JsonObject[], asks: readonly JsonObject[]): readonly JsonObject[] {
  return Array.from({ length: Math.max(bids.length, asks.length) }, (_, index) => ({
    bid: bids[index]?.price ?? null,
    bidAmount: bids[index]?.amount ?? null,
    ask: asks[index]?.price ?? null,
    askAmount: asks[index]?.amount ?? null,
  }));
}
