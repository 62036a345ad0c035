import type { GraphQLSchema } from 'graphql';
import { freshnessOfRows } from '../presenting/freshness.ts';
import type { Table } from '../presenting/table.ts';
import { isObject, type JsonObject, toIso, toList, toNumber, toObjects, toText } from '../presenting/values.ts';
import { createHistory } from './candles.ts';
import { createRootQuery, describeMarket, isSimulated, toHistoryLimit } from './common/queries.ts';
import { propertiesOf, rowsOf } from './common/schemas.ts';
import type { Tool } from './common/tool.ts';
import { ToolArguments } from './common/tool-arguments.ts';

const seriesFields = ['kind', 'name', 'output'];

export function createIndicatorsTool(schema: GraphQLSchema): Tool {
  const series = `series { ${seriesFields.join(' ')} values }`;
  const query = createRootQuery(schema, 'indicators', ['timestamps', 'closed', series]);
  const args = new ToolArguments(query, {
    descriptions: {
      limit: 'Maximum number of rows, up to 1000.',
      of: 'From 1 to 20 indicators. A parameter that the kind does not take is an error.',
      timeframe: 'The length of a candle, such as 15m or 1d.',
    },
  });
  return {
    name: 'get_indicators',
    title: 'Get technical indicators of one market',
    description:
      'Calculates technical indicators of one market over its candles: moving averages (SMA, EMA), RSI, MACD, Bollinger bands, ATR, VWAP, stochastic, OBV, ADX. `of` lists them, for example [{"kind":"RSI"},{"kind":"SMA","period":200}]; parameters that are left out have the usual defaults. Use it instead of calculating from get_candles: it fetches the earlier candles that each indicator needs, so that the first value is already right. Rows are oldest first; `values[i]` of a row belongs to `series[i]`. Null means that too few candles exist. `closed: false` marks the period that still runs. For "what is the RSI now?" a `limit` of 1 to 5 is enough.',
    field: 'indicators',
    arguments: args,
    output: {
      series: rowsOf(propertiesOf(schema, 'IndicatorSeries', seriesFields)),
      rows: rowsOf({
        datetime: { type: 'string' },
        closed: { type: 'boolean' },
        values: { type: 'array', items: { type: ['number', 'null'] } },
      }),
    },
    run: async ({ values, ask, now }) => {
      const { value, errors } = await ask(query, { ...values, limit: toHistoryLimit(values.limit) });
      const found = isObject(value) ? value : {};
      const all = toObjects(found.series);
      const closed = toList(found.closed);
      const rows = toList(found.timestamps).map((time, index) => ({
        datetime: toIso(toNumber(time)),
        closed: closed[index] === true,
        values: all.map((line) => toList(line.values)[index] ?? null),
      }));
      const names = all.map(({ name, output }) =>
        output === 'value' ? toText(name) : `${toText(name)} ${toText(output)}`,
      );
      return {
        headline: `Indicators of ${describeMarket(values)}, candles of ${toText(values.timeframe)}, oldest first`,
        freshness: (taken) => freshnessOfRows(taken, now()),
        simulated: isSimulated(values.exchange),
        errors,
        members: {
          series: all.map((line) => Object.fromEntries(seriesFields.map((name) => [name, line[name] ?? null]))),
        },
        table: withColumns(createHistory('rows', [], rows, values), names),
      };
    },
  };
}

/** In text, each line of the indicators has a column of its own. */
function withColumns(table: Table, names: readonly string[]): Table {
  return {
    ...table,
    columns: ['datetime', 'closed', ...names],
    toCells: ({ datetime, closed, values }: JsonObject) => ({
      datetime,
      closed,
      ...Object.fromEntries(names.map((name, index) => [name, toList(values)[index] ?? null])),
    }),
  };
}
