import type { GraphQLSchema } from 'graphql';
import { freshnessOf, oldestOf, timeless, toRowFreshness } from '../presenting/freshness.ts';
import { createPage } from '../presenting/table.ts';
import { isObject, type JsonObject, toNumber, toObjects, toText } from '../presenting/values.ts';
import { afterArgument, pageAfter } from './common/paging.ts';
import { createRootQuery, isSimulated } from './common/queries.ts';
import { objectOf, propertiesOf, rowFreshness, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ownCount, ToolArguments } from './common/tool-arguments.ts';
import { times } from './tickers.ts';

const figures = ['symbol', 'median', 'volumeWeighted', 'spread'];
const prices = ['last', 'bid', 'ask', 'baseVolume'];
const reasons = ['leftOut', 'bidLeftOut', 'askLeftOut', 'errorCode'];
const columns = ['exchange', ...prices, ...Object.keys(rowFreshness), ...reasons];

export function createQuoteTool(schema: GraphQLSchema): Tool {
  const best = '{ price amount exchange { id } }';
  const ticker = `ticker { ${[...prices, ...times].join(' ')} }`;
  const rows = `exchanges { exchange { id } ${reasons.join(' ')} ${ticker} }`;
  const query = createRootQuery(schema, 'quote', [...figures, `bestBid ${best}`, `bestAsk ${best}`, rows]);
  const args = new ToolArguments(query, {
    descriptions: { exchanges: 'Ids of exchanges, from 1 to 200.' },
    own: [
      ownCount('limit', 'Maximum number of rows, from 1 to 1000. The figures cover all exchanges.', 100),
      afterArgument('the row of this exchange'),
    ],
  });
  const side = (what: string) => ({
    [what]: { type: ['number', 'null'] as const },
    [`${what}Amount`]: { type: ['number', 'null'] as const },
    [`${what}Exchange`]: { type: ['string', 'null'] as const },
  });
  return {
    name: 'compare_exchanges',
    title: 'Compare one market on several exchanges',
    description:
      'Compares the price of one symbol on several exchanges at the same moment: where to buy (bestAsk, the lowest), where to sell (bestBid, the highest), the amounts there, the median of the last prices, `volumeWeighted` (the last prices weighted by volume), and one row for each exchange. Use it for "where is bitcoin cheapest?" or for a price that does not depend on one exchange. The symbol must be the same on all of them: USD, USDT and USDC are different currencies. Prices that are old, missing or far from the others are left out of the figures, and `leftOut` says why: FAILED, NOT_LISTED, NO_PRICE, OUTLIER, STALE. `spread` is bestAsk minus bestBid before fees; below zero, one exchange bids more than another asks. An exchange that fails does not affect the others.',
    field: 'quote',
    arguments: args,
    output: {
      quote: objectOf({
        ...propertiesOf(schema, 'Quote', figures),
        ...side('bestBid'),
        ...side('bestAsk'),
      }),
      exchanges: rowsOf({
        exchange: { type: 'string' },
        ...propertiesOf(schema, 'Ticker', prices),
        ...rowFreshness,
        ...propertiesOf(schema, 'ExchangeQuote', reasons),
      }),
    },
    hasParts: true,
    namesParts: true,
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, args.toFieldValues(values));
      const quote = isObject(value) ? value : {};
      const at = now();
      const all = toObjects(quote.exchanges).map((row) => toRow(row, at));
      const tickers = toObjects(quote.exchanges).flatMap(({ leftOut, ticker: of }) =>
        isObject(of) ? [{ isUsed: leftOut === null, age: freshnessOf(of, at) }] : [],
      );
      const used = tickers.filter(({ isUsed }) => isUsed);
      const { page, hasMore } = pageAfter(all, 'exchange', values);
      return {
        headline: `${toText(values.symbol)} on ${all.length === 1 ? 'one exchange' : `${all.length} exchanges`}`,
        // The figures are as old as the prices that they are made of. Without any, the prices of the rows count.
        freshness: oldestOf((used.length > 0 ? used : tickers).map(({ age }) => age)),
        simulated: all.some(({ exchange }) => isSimulated(exchange)),
        errors,
        facts: {
          quote: {
            ...Object.fromEntries(figures.map((name) => [name, quote[name] ?? null])),
            ...toSide('bestBid', quote.bestBid),
            ...toSide('bestAsk', quote.bestAsk),
          },
        },
        table: createPage({
          name: 'exchanges',
          columns,
          rows: page,
          requested: toNumber(values.limit) ?? page.length,
          hasMore,
          toNext: ({ exchange }) => ({ after: exchange }),
          hint: 'Call again with after from next; everything else stays as it is. The figures above cover all exchanges.',
        }),
      };
    },
  };
}

function toRow(row: JsonObject, now: number): JsonObject {
  const ticker = isObject(row.ticker) ? row.ticker : {};
  return {
    exchange: idOf(row.exchange),
    ...Object.fromEntries(prices.map((name) => [name, ticker[name] ?? null])),
    ...toRowFreshness(isObject(row.ticker) ? freshnessOf(ticker, now) : timeless),
    ...Object.fromEntries(reasons.map((name) => [name, row[name] ?? null])),
  };
}

function toSide(name: string, side: unknown): JsonObject {
  const { price = null, amount = null, exchange = null } = isObject(side) ? side : {};
  return { [name]: price, [`${name}Amount`]: amount, [`${name}Exchange`]: idOf(exchange) };
}

function idOf(exchange: unknown): unknown {
  return isObject(exchange) ? (exchange.id ?? null) : null;
}
