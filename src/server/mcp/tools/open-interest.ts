import type { GraphQLSchema } from 'graphql';
import { freshnessOf, freshnessOfRows } from '../presenting/freshness.ts';
import { isObject, toIso, toNumber, toObjects, toText, without } from '../presenting/values.ts';
import { createHistory } from './candles.ts';
import { createRootQuery, describeMarket, isSimulated, toHistoryLimit } from './common/queries.ts';
import { objectOf, propertiesOf, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ToolArguments } from './common/tool-arguments.ts';
import { times } from './tickers.ts';

const figures = ['symbol', 'amount', 'value'];
const columns = ['datetime', 'amount', 'value'];

const meaning =
  'Open interest is the size of all positions in one contract that are open: it grows when new money comes in. `value` is in the quote currency (at OKX in US dollars); `amount` is in contracts or in the base currency, as the exchange counts, and so cannot be compared between exchanges. Null means that the exchange does not send it. Spot markets have none: use symbols such as BTC/USDT:USDT.';

export function createOpenInterestTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'openInterest', [...figures, ...times]);
  const args = new ToolArguments(query);
  return {
    name: 'get_open_interest',
    title: 'Get the open interest of a contract',
    description: `Returns the open interest of one contract at present. ${meaning} For its development use get_open_interest_history.`,
    field: 'openInterest',
    arguments: args,
    output: { openInterest: objectOf(propertiesOf(schema, 'OpenInterest', figures)) },
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, values);
      const interest = isObject(value) ? value : {};
      return {
        headline: `Open interest of ${describeMarket(values)}`,
        freshness: freshnessOf(interest, now()),
        simulated: isSimulated(values.exchange),
        errors,
        facts: { openInterest: without(interest, times) },
      };
    },
  };
}

export function createOpenInterestHistoryTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'openInterestHistory', ['timestamp', 'amount', 'value']);
  const args = new ToolArguments(query);
  return {
    name: 'get_open_interest_history',
    title: 'Get the open interest of a contract in the past',
    description: `Returns the open interest of one contract in the past, one row for each \`timeframe\`, oldest first. Without \`since\`, the newest \`limit\` rows come; with it, the first \`limit\` from then on. Not every exchange serves it, and few for more than weeks; it is an error if the history does not reach back to \`since\`. \`amount\` and \`value\` are those of get_open_interest.`,
    field: 'openInterestHistory',
    arguments: args,
    output: {
      history: rowsOf({
        datetime: { type: ['string', 'null'] },
        ...propertiesOf(schema, 'OpenInterest', ['amount', 'value']),
      }),
    },
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, { ...values, limit: toHistoryLimit(values.limit) });
      const rows = toObjects(value).map(({ timestamp, ...row }) => ({ datetime: toIso(toNumber(timestamp)), ...row }));
      return {
        headline: `Open interest of ${describeMarket(values)} every ${toText(values.timeframe)}, oldest first`,
        freshness: (taken) => freshnessOfRows(taken, now()),
        simulated: isSimulated(values.exchange),
        errors,
        table: createHistory('history', columns, rows, values),
      };
    },
  };
}
