import type { GraphQLSchema } from 'graphql';
import { maxCandles } from '../../../market/row-limits.ts';
import { freshnessOfRows } from '../presenting/freshness.ts';
import { createBackwardHistory, createForwardHistory, type HistoryOptions, type Table } from '../presenting/table.ts';
import { type JsonObject, toNumber, toObjects, toText, toTime } from '../presenting/values.ts';
import { createRootQuery, describeMarket, isSimulated, toHistoryLimit } from './common/queries.ts';
import { propertiesOf, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ToolArguments } from './common/tool-arguments.ts';

const columns = ['datetime', 'open', 'high', 'low', 'close', 'volume', 'closed'];

export function createCandlesTool(schema: GraphQLSchema): Tool {
  const query = createRootQuery(schema, 'candles', columns);
  const args = new ToolArguments(query, {
    descriptions: { limit: 'Maximum number of candles, up to 10,000.', timeframe: 'The length of a period.' },
  });
  return {
    name: 'get_candles',
    title: 'Get price history as candles',
    description:
      'Returns how the price of one market has moved: one row for each period, oldest first, with the first, highest, lowest and last price and the traded amount (OHLCV). `timeframe` is the length of a period: 1m, 5m, 15m, 1h, 4h, 1d, 1w, 1M, and any other that these divide. Without `since`, the newest `limit` candles come; with it, the first `limit` from then on. Prices are in the quote currency, volume in the base currency. `datetime` is the start of a period in UTC; `closed: false` marks the period that still runs, whose values still change. Periods without trades can be missing. Ask for as few candles as the question needs: at most about 200 fit into one answer, and `cut` says how to get the others. For the present price use get_ticker; for moving averages, RSI and the like use get_indicators instead of calculating them.',
    field: 'candles',
    arguments: args,
    output: { candles: rowsOf(propertiesOf(schema, 'Candle', columns)) },
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, { ...values, limit: toHistoryLimit(values.limit, maxCandles) });
      const rows = toObjects(value);
      return {
        headline: `Candles of ${describeMarket(values)}, ${toText(values.timeframe)} each, oldest first`,
        freshness: (taken) => freshnessOfRows(taken, now()),
        simulated: isSimulated(values.exchange),
        errors,
        table: createHistory('candles', columns, rows, values),
      };
    },
  };
}

/** The rows of a history that takes `since`, `until` and `limit`, with the times of rows in `datetime`. */
export function createHistory(
  name: string,
  names: readonly string[],
  rows: readonly JsonObject[],
  { since, limit }: JsonObject,
): Table {
  const requested = toNumber(limit) ?? rows.length;
  const options: HistoryOptions = { name, columns: names, rows, requested, toTime: ({ datetime }) => toTime(datetime) };
  return since === undefined ? createBackwardHistory(options) : createForwardHistory(options);
}
