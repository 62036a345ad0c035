import type { GraphQLSchema } from 'graphql';
import { freshnessOf, oldestOf, toRowFreshness } from '../presenting/freshness.ts';
import { createPage } from '../presenting/table.ts';
import { toNumber, toObjects, toText, without } from '../presenting/values.ts';
import { afterArgument, pageAfter } from './common/paging.ts';
import { createRootQuery, isSimulated, withOneMore } from './common/queries.ts';
import { propertiesOf, rowFreshness, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ToolArguments } from './common/tool-arguments.ts';
import { listedPrices, times } from './tickers.ts';

/** The largest page of the field. */
const maxFirst = 1000;

const endHint =
  'A ranking ends after 1000 markets, and there may be others: set quote or minQuoteVolume, or the other order.';

export function createScreenTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'screen', [...listedPrices, ...times]);
  const args = new ToolArguments(query, {
    defaults: { first: 100 },
    descriptions: {
      first: 'Maximum number of markets, at most 1000.',
      minQuoteVolume: 'Only markets with at least this quoteVolume, in their own quote currency.',
      order: 'ASC: the smallest first.',
      quote: 'Only markets with this quote currency, such as USDT.',
      rankBy: 'The figure by which markets are ranked.',
      type: 'Only markets of this type. A SWAP is a perpetual contract, a FUTURE one that expires.',
    },
    own: [afterArgument('the market with this symbol')],
  });
  return {
    name: 'screen_markets',
    title: 'Rank the markets of an exchange',
    description:
      'Ranks the active markets of one exchange by a figure and returns the first of them with their prices: the most traded (rankBy QUOTE_VOLUME), the fastest rising (PERCENTAGE, order DESC) or falling (PERCENTAGE, order ASC), the most volatile (RANGE: high minus low in percent), the tightest (SPREAD: ask minus bid in percent, order ASC). Use `quote` (for example USDT) and `minQuoteVolume` to leave out markets that nobody trades: they often have the most extreme figures. Volumes of different quote currencies cannot be compared, because nothing is converted. Use get_tickers if you know the symbols already. The figures are those of get_ticker. Ranks change from minute to minute, so that pages can overlap.',
    field: 'screen',
    arguments: args,
    output: { markets: rowsOf({ ...propertiesOf(schema, 'Ticker', listedPrices), ...rowFreshness }) },
    hasParts: true,
    run: async ({ values, ask, now }) => {
      const isFirstPage = values.after === undefined;
      const first = isFirstPage ? withOneMore(values.first, maxFirst) : maxFirst;
      const { value, errors } = await ask(query, { ...args.toFieldValues(values), first });
      const tickers = toObjects(value);
      const at = now();
      const { page, hasMore } = pageAfter(tickers, 'symbol', { ...values, limit: values.first });
      const isEnd = !hasMore && tickers.length === maxFirst;
      return {
        headline: `Markets of ${toText(values.exchange)} by ${toText(values.rankBy)}, ${values.order === 'ASC' ? 'smallest' : 'largest'} first`,
        freshness: oldestOf(page.map((ticker) => freshnessOf(ticker, at))),
        simulated: isSimulated(values.exchange),
        errors,
        table: createPage({
          name: 'markets',
          columns: [...listedPrices, ...Object.keys(rowFreshness)],
          rows: page.map((ticker) => ({ ...without(ticker, times), ...toRowFreshness(freshnessOf(ticker, at)) })),
          requested: toNumber(values.first) ?? page.length,
          hasMore: hasMore || isEnd,
          ...(isEnd ? { afterAll: { next: null, hint: endHint } } : {}),
          toNext: ({ symbol }) => ({ after: symbol }),
          hint: 'Call again with after from next; everything else stays as it is. Or ask for less: lower first, or set quote or minQuoteVolume.',
        }),
      };
    },
  };
}
