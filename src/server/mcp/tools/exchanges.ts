import type { GraphQLSchema } from 'graphql';
import { timeless } from '../presenting/freshness.ts';
import { createPage } from '../presenting/table.ts';
import { toList, toNumber, toObjects } from '../presenting/values.ts';
import { afterArgument, pageAfter } from './common/paging.ts';
import { createRootQuery, describeCount } from './common/queries.ts';
import { propertiesOf, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ownCount, ToolArguments } from './common/tool-arguments.ts';

const brief = ['id', 'name', 'simulated', 'countries'];
const detailed = [...brief, 'has', 'timeframes'];

export function createExchangesTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'exchanges', detailed);
  const args = new ToolArguments(query, {
    descriptions: {
      has: 'Only exchanges that can do all of these. STREAM means live streams, which tools do not use.',
      ids: 'Only these exchanges, with what each can do and which candles it offers; at most 1000.',
    },
    own: [
      ownCount('limit', 'Maximum number of exchanges, from 1 to 1000.', 100),
      afterArgument('the exchange with this id'),
    ],
  });
  return {
    name: 'list_exchanges',
    title: 'List exchanges',
    description:
      'Lists the cryptocurrency exchanges that this server can ask, sorted by id. Use it first if you do not know the id of an exchange: every other tool takes it as `exchange`, for example kraken, binance, coinbase. Pass `ids` to learn what certain exchanges can do (`has`) and which candle lengths they offer (`timeframes`); pass `has` to find exchanges that can do something. The exchange sim is built in; its prices are made up, so never present them as real. To find what is traded on an exchange, use search_markets.',
    field: 'exchanges',
    arguments: args,
    output: { exchanges: rowsOf(propertiesOf(schema, 'Exchange', detailed), brief) },
    hasParts: true,
    namesParts: true,
    run: async ({ values, ask }) => {
      // An id that comes twice counts once, because `after` names a row by its id.
      const ids = values.ids === undefined ? {} : { ids: [...new Set(toList(values.ids))] };
      const { value, errors } = await ask(query, { ...args.toFieldValues(values), ...ids });
      const columns = values.ids === undefined ? brief : detailed;
      const rows = toObjects(value).map((exchange) =>
        Object.fromEntries(columns.map((name) => [name, exchange[name] ?? null])),
      );
      const { page, hasMore } = pageAfter(rows, 'id', values);
      return {
        headline: `Found ${describeCount(rows.length, 'exchange')}`,
        freshness: timeless,
        simulated: false,
        errors,
        table: createPage({
          name: 'exchanges',
          columns,
          rows: page,
          requested: toNumber(values.limit) ?? page.length,
          hasMore,
          toNext: ({ id }) => ({ after: id }),
          hint: 'Call again with after set to the last id; everything else stays as it is.',
        }),
      };
    },
  };
}
