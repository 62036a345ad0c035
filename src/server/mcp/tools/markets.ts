import type { GraphQLSchema } from 'graphql';
import { createFieldQuery } from '../../../graphql/fields/field-query.ts';
import { timeless } from '../presenting/freshness.ts';
import { createPage } from '../presenting/table.ts';
import { isObject, type JsonObject, toNumber, toObjects, toText, without } from '../presenting/values.ts';
import { isSimulated } from './common/queries.ts';
import { listOf, objectOf, propertiesOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ToolArguments } from './common/tool-arguments.ts';

const fields = [
  'symbol',
  'type',
  'base',
  'quote',
  'settle',
  'active',
  'contractSize',
  'linear',
  'expiry',
  'maker',
  'taker',
  'pricePrecision',
  'amountPrecision',
];

export function createMarketsTool(schema: GraphQLSchema): Tool {
  const query = createFieldQuery(schema, {
    operation: 'query',
    path: ['exchange', 'markets'],
    selection: `{ totalCount pageInfo { hasNextPage } edges { cursor node { ${fields.join(' ')} } } }`,
    rename: { id: 'exchange' },
  });
  const args = new ToolArguments(query, {
    defaults: { first: 100 },
    descriptions: {
      exchange: "The exchange's id, for example kraken. list_exchanges knows all ids.",
      first: 'Maximum number of markets, at most 1000.',
      after: 'To continue a list that was cut: the value from cut.next.',
    },
  });
  const row = objectOf(propertiesOf(schema, 'Market', fields));
  return {
    name: 'search_markets',
    title: 'Search the markets of an exchange',
    description:
      'Finds what can be traded on one exchange, and how it is written. Use it before other tools if you do not know the exact symbol. A symbol is BASE/QUOTE for spot (BTC/USDT: bitcoin priced in tether), BASE/QUOTE:SETTLE for a perpetual contract, called SWAP (BTC/USDT:USDT), and BASE/QUOTE:SETTLE-YYMMDD for a future that expires. USD, USDT and USDC are different currencies, and so BTC/USD and BTC/USDT are different markets. `search` matches parts of symbols and ignores case; best matches come first. Fees (maker, taker) are fractions: 0.001 is 0.1 %. Null means that the exchange does not say. Markets carry no prices: use get_ticker or get_tickers for those.',
    field: 'exchange',
    arguments: args,
    output: {
      totalCount: { type: 'integer', description: 'The number of matching markets on all pages together.' },
      markets: listOf(row),
    },
    run: async ({ values, ask }) => {
      const { value, errors } = await ask(query, values);
      const found = isObject(value) ? value : {};
      const total = toNumber(found.totalCount) ?? 0;
      const rows = toObjects(found.edges).map(({ cursor, node }) => ({ ...(isObject(node) ? node : {}), cursor }));
      return {
        headline: `${total} markets of ${toText(values.exchange)} match`,
        freshness: timeless,
        simulated: isSimulated(values.exchange),
        errors,
        members: { totalCount: total },
        table: createPage({
          name: 'markets',
          columns: fields,
          rows,
          requested: toNumber(values.first) ?? rows.length,
          hasMore: isObject(found.pageInfo) && found.pageInfo.hasNextPage === true,
          toNext: ({ cursor }) => ({ after: cursor }),
          toRow: (market): JsonObject => without(market, ['cursor']),
          hint: 'Call again with after from next; everything else stays as it is. Or narrow the search with search, base, quote or type.',
        }),
      };
    },
  };
}
