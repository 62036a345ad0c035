import type { GraphQLSchema } from 'graphql';
import { createFieldQuery } from '../../../graphql/fields/field-query.ts';
import { timeless } from '../presenting/freshness.ts';
import { createPage } from '../presenting/table.ts';
import { isObject, type JsonObject, toNumber, toObjects, toText, without } from '../presenting/values.ts';
import { requireCount } from './common/paging.ts';
import { describeCount, isSimulated } from './common/queries.ts';
import { propertiesOf, rowsOf } from './common/schemas.ts';
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
      exchange: "The exchange's id, such as kraken; list_exchanges knows all ids.",
      active: 'If true, only markets that can be traded at present; if false, only the others.',
      after: 'To continue a list that was cut: the value from cut.next.',
      base: 'Only markets of this base currency, such as BTC.',
      first: 'Maximum number of markets, at most 1000.',
      quote: 'Only markets of this quote currency, such as USDT.',
      search:
        'Only markets whose symbol contains this text, such as BTC, not bitcoin; case and separators are ignored.',
      type: 'Only markets of this type. A SWAP is a perpetual contract, a FUTURE one that expires.',
    },
  });
  return {
    name: 'search_markets',
    title: 'Search the markets of an exchange',
    description:
      'Finds what can be traded on one exchange, and how it is written. Use it before other tools if you do not know the exact symbol. A symbol is BASE/QUOTE for spot (BTC/USDT: bitcoin priced in tether), BASE/QUOTE:SETTLE for a perpetual contract, called SWAP (BTC/USDT:USDT), and BASE/QUOTE:SETTLE-YYMMDD for a future that expires. USD, USDT and USDC are different currencies, and so BTC/USD and BTC/USDT are different markets. `search` finds parts of symbols; best matches come first. Fees (`maker` for orders that wait, `taker` for those filled at once) are fractions: 0.001 is 0.1 %. `contractSize` is the size of one contract in base currency, or in quote currency if `linear` is false. `pricePrecision` and `amountPrecision` are the smallest steps. Null means that the exchange does not say. For prices use get_ticker or get_tickers.',
    field: 'exchange',
    arguments: args,
    output: {
      totalCount: { type: 'integer' },
      markets: rowsOf(propertiesOf(schema, 'Market', fields)),
    },
    run: async ({ values, ask }) => {
      // The field answers 0 with the count alone, which is in every answer here, and a page without rows has no next one.
      const first = requireCount('first', values.first);
      const { value, errors } = await ask(query, { ...values, first });
      const found = isObject(value) ? value : {};
      const total = toNumber(found.totalCount) ?? 0;
      const rows = toObjects(found.edges).map(({ cursor, node }) => ({ ...(isObject(node) ? node : {}), cursor }));
      return {
        headline: `Found ${describeCount(total, 'market')} of ${toText(values.exchange)}`,
        freshness: timeless,
        simulated: isSimulated(values.exchange),
        errors,
        members: { totalCount: total },
        table: createPage({
          name: 'markets',
          columns: fields,
          rows,
          requested: first,
          hasMore: isObject(found.pageInfo) && found.pageInfo.hasNextPage === true,
          toNext: ({ cursor }) => ({ after: cursor }),
          toRow: (market): JsonObject => without(market, ['cursor']),
          hint: 'Call again with after from next; everything else stays as it is. Or narrow the search with search, base, quote or type.',
        }),
      };
    },
  };
}
