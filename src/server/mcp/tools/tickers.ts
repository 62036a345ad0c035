import type { GraphQLSchema } from 'graphql';
import { freshnessOf, oldestOf, toRowFreshness } from '../presenting/freshness.ts';
import { createPage } from '../presenting/table.ts';
import { isObject, toList, toNumber, toText, without } from '../presenting/values.ts';
import { afterArgument, requireCount, unknownAfter } from './common/paging.ts';
import { createRootQuery, describeCount, describeMarket, isSimulated } from './common/queries.ts';
import { objectOf, propertiesOf, rowFreshness, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ownCount, ToolArguments } from './common/tool-arguments.ts';

const identity = ['symbol'];
const prices = [
  'last',
  'bid',
  'ask',
  'percentage',
  'change',
  'open',
  'high',
  'low',
  'vwap',
  'baseVolume',
  'quoteVolume',
];
const details = [...prices, 'bidVolume', 'askVolume', 'previousClose', 'markPrice', 'indexPrice'];
export const times = ['timestamp', 'receivedAt', 'stale'];

/** The figures of a ticker in a list. */
export const listedPrices = [...identity, ...prices];

const meaning =
  'Prices are in the quote currency (in BTC/USDT: USDT). `open`, `high`, `low`, `vwap` (the average weighted by volume), `change`, `percentage` (the change in percent), `baseVolume` and `quoteVolume` (what was traded) cover 24 hours. `bidVolume` and `askVolume` are the amounts at the best prices. Contracts also have `markPrice` and `indexPrice` (of the underlying), and some exchanges count their volume in contracts. Null means that the exchange does not send the value; it is never zero or estimated. `stale: true` means that the exchange cannot be reached and the prices are the last known ones.';

const hint = 'Call again with after from next; everything else stays as it is.';

export function createTickerTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'ticker', [...identity, ...details, ...times]);
  const args = new ToolArguments(query);
  return {
    name: 'get_ticker',
    title: 'Get the price of one market',
    description: `Returns the current price of one market with the best bid and ask, the range and the volume of the last 24 hours: "What does bitcoin cost on Kraken?". Use get_tickers for several symbols of one exchange, compare_exchanges for one symbol on several exchanges, and get_candles for the past. ${meaning}`,
    field: 'ticker',
    arguments: args,
    output: { ticker: objectOf(propertiesOf(schema, 'Ticker', [...identity, ...details])) },
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, values);
      const ticker = isObject(value) ? value : {};
      return {
        headline: `Ticker of ${describeMarket(values)}`,
        freshness: freshnessOf(ticker, now()),
        simulated: isSimulated(values.exchange),
        errors,
        facts: { ticker: without(ticker, times) },
      };
    },
  };
}

export function createTickersTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'tickers', [...listedPrices, ...times]);
  const args = new ToolArguments(query, {
    descriptions: { symbols: 'Symbols such as BTC/USDT, at most 1000.' },
    own: [
      ownCount('limit', 'Maximum number of tickers, from 1 to 1000.', 100),
      afterArgument('this symbol of `symbols`'),
    ],
  });
  return {
    name: 'get_tickers',
    title: 'Get the prices of several markets',
    description:
      'Returns the current prices of several markets of one exchange, in the order of `symbols`. A symbol that fails is listed in `errors` and does not affect the others. Use screen_markets if you do not know the symbols and want, for example, the largest or the fastest rising markets. The figures are those of get_ticker; each row has its own age, and its own `stale`.',
    field: 'tickers',
    arguments: args,
    output: { tickers: rowsOf({ ...propertiesOf(schema, 'Ticker', listedPrices), ...rowFreshness }) },
    hasParts: true,
    namesParts: true,
    run: async ({ values, ask, now }) => {
      const all = [...new Set(toList(values.symbols).map(toText))];
      const { after } = values;
      const start = after === undefined ? 0 : all.indexOf(toText(after)) + 1;
      if (after !== undefined && start === 0) throw unknownAfter(after);
      const symbols = all.slice(start, start + requireCount('limit', values.limit));
      const { value, errors } = await ask(query, { exchange: values.exchange, symbols });
      const at = now();
      const found = toList(value).flatMap((ticker, index) =>
        isObject(ticker) ? [{ ticker, asked: symbols[index] ?? '', age: freshnessOf(ticker, at) }] : [],
      );
      const rows = found.map(({ ticker, asked, age }) => ({
        ...without(ticker, times),
        ...toRowFreshness(age),
        asked,
      }));
      return {
        headline: `${describeCount(rows.length, 'ticker')} of ${toText(values.exchange)}`,
        freshness: oldestOf(found.map(({ age }) => age)),
        simulated: isSimulated(values.exchange),
        errors,
        table: createPage({
          name: 'tickers',
          columns: [...listedPrices, ...Object.keys(rowFreshness)],
          rows,
          requested: toNumber(values.limit) ?? rows.length,
          hasMore: all.length > start + symbols.length,
          toNext: ({ asked }) => ({ after: asked }),
          // The last symbols may have failed, and then have no row.
          afterAll: { next: { after: symbols.at(-1) ?? null }, hint },
          toRow: (row) => without(row, ['asked']),
          hint,
        }),
      };
    },
  };
}
