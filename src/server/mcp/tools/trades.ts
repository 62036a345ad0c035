import type { GraphQLSchema } from 'graphql';
import { freshnessOfRows } from '../presenting/freshness.ts';
import { createForwardHistory, createNewest } from '../presenting/table.ts';
import { toNumber, toObjects, toTime } from '../presenting/values.ts';
import { createRootQuery, describeMarket, isSimulated, toHistoryLimit } from './common/queries.ts';
import { listOf, objectOf, propertiesOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ToolArguments } from './common/tool-arguments.ts';

const columns = ['datetime', 'side', 'price', 'amount', 'cost', 'tradeId'];

export function createTradesTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'trades', columns);
  const args = new ToolArguments(query, { defaults: { limit: 100 } });
  return {
    name: 'get_trades',
    title: 'Get the latest trades of one market',
    description:
      'Returns single public trades of one market, oldest first: time, price, amount, and who was in a hurry (`side` BUY: a buyer took the offer of a seller; SELL: the other way round; null: unknown). Without `since`, the newest `limit` trades come; with it, the first `limit` from then on, as far back as the exchange serves them, which is often only minutes or hours. Use get_candles for anything longer, and get_ticker for the volume of 24 hours. Price and `cost` (price times amount) are in the quote currency, `amount` is in the base currency or in contracts.',
    field: 'trades',
    arguments: args,
    output: { trades: listOf(objectOf(propertiesOf(schema, 'Trade', columns))) },
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, { ...values, limit: toHistoryLimit(values.limit) });
      const rows = toObjects(value);
      const options = {
        name: 'trades',
        columns,
        rows,
        requested: toNumber(values.limit) ?? rows.length,
        toTime: ({ datetime }: { readonly datetime?: unknown }) => toTime(datetime),
      };
      return {
        headline: `Trades of ${describeMarket(values)}, oldest first`,
        freshness: freshnessOfRows(rows, now()),
        simulated: isSimulated(values.exchange),
        errors,
        // The field has no `until`, so there are no pages that lead back in time.
        table: values.since === undefined ? createNewest(options) : createForwardHistory(options),
      };
    },
  };
}
