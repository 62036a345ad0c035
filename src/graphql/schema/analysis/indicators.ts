import { countLines, countWarmUp } from '../../../indicators/estimate-work.ts';
import type { IndicatorSeries } from '../../../indicators/indicator.ts';
import type { IndicatorTable } from '../../../indicators/indicator-queries.ts';
import { maxDeviations, maxIndicators, maxPeriod } from '../../../indicators/parse-indicators.ts';
import { maxRows } from '../../../market/row-limits.ts';
import { FieldCost, ownCallCost } from '../../cost/field-cost.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';
import { marketArgs } from '../common/args.ts';

const IndicatorKindEnum = builder.enumType('IndicatorKind', {
  description: 'The technical indicators. Each names the parameters that it takes, with their defaults.',
  values: {
    SMA: { value: 'SMA', description: 'Simple moving average of the close: period (20).' },
    EMA: { value: 'EMA', description: 'Exponential moving average of the close, α = 2 / (period + 1): period (20).' },
    RSI: { value: 'RSI', description: "Relative strength index, with Wilder's average: period (14)." },
    MACD: {
      value: 'MACD',
      description:
        'Moving average convergence/divergence: fast (12), slow (26), signal (9). Its lines are macd, signal and histogram.',
    },
    BOLLINGER: {
      value: 'BOLLINGER',
      description:
        'Bollinger bands, with the standard deviation of the population: period (20), deviations (2). Its lines are upper, middle and lower.',
    },
    ATR: { value: 'ATR', description: "Average true range, with Wilder's average: period (14)." },
    VWAP: {
      value: 'VWAP',
      description:
        'Average of the typical price, (high + low + close) / 3, weighted by volume: over the last `period` candles, or, without `period`, since the start of the UTC day. Timeframes of a day or longer need a period.',
    },
    STOCHASTIC: {
      value: 'STOCHASTIC',
      description:
        'Fast stochastic oscillator: period (14), signal (3). Its lines are k, and d, which is the simple average of k over `signal` candles.',
    },
    OBV: {
      value: 'OBV',
      description:
        'On-balance volume; takes no parameters. Its level is arbitrary, and is another one once in 1,000 candles; only its differences matter.',
    },
    ADX: { value: 'ADX', description: "Average directional index, with Wilder's average: period (14)." },
  } as const,
});

const periodText = `in candles, from 1 to ${maxPeriod}`;
const periodBounds = bounded({ minimum: 1, maximum: maxPeriod });

const IndicatorInputType = builder.inputType('IndicatorInput', {
  description:
    'One indicator. A parameter that is left out has its default; one that the kind does not take is an error.',
  fields: (t) => ({
    kind: t.field({ type: IndicatorKindEnum, required: true, description: 'Which indicator.' }),
    period: t.int({
      description: `The period of every kind but MACD and OBV, ${periodText}; from 2 for RSI, BOLLINGER and ADX.`,
      extensions: periodBounds,
    }),
    fast: t.int({ description: `The shorter period of MACD, ${periodText}.`, extensions: periodBounds }),
    slow: t.int({ description: `The longer period of MACD, ${periodText}.`, extensions: periodBounds }),
    signal: t.int({
      description: `The period of the signal line of MACD, and of d of STOCHASTIC, ${periodText}.`,
      extensions: periodBounds,
    }),
    deviations: t.float({
      description: `How many standard deviations the bands of BOLLINGER are away from the middle, up to ${maxDeviations}.`,
      extensions: bounded({ exclusiveMinimum: 0, maximum: maxDeviations }),
    }),
  }),
});

const IndicatorSeriesType = builder.objectRef<IndicatorSeries>('IndicatorSeries').implement({
  description: 'One line of an indicator.',
  fields: (t) => ({
    kind: t.expose('kind', { type: IndicatorKindEnum, description: 'Which indicator it belongs to.' }),
    name: t.exposeString('name', { description: 'The indicator with its parameters, for example SMA(20).' }),
    output: t.exposeString('output', {
      description:
        'Which line of the indicator: value; for MACD macd, signal, histogram; for BOLLINGER upper, middle, lower; for STOCHASTIC k, d.',
    }),
    values: t.field({
      type: ['Float'],
      nullable: { list: false, items: true },
      description:
        'One for each of `timestamps`. Null while the indicator has too few candles, which is only near the listing of a market, or where the exchange serves no older candles. VWAP is also null while nothing was traded.',
      extensions: { cost: new FieldCost({ weight: 0, listSize: 'of-cells' }) },
      // The executor would block the event loop for too long with tens of thousands of numbers.
      resolve: async ({ values }, _args, { indicators, texts }, info) => {
        if (!texts) return values;
        texts.put(info.path, await indicators.write(values));
        return [];
      },
    }),
  }),
});

/** One for each candle. */
const columnCost = new FieldCost({ weight: 0, listSize: 'of-parent' });

const IndicatorsType = builder.objectRef<IndicatorTable>('Indicators').implement({
  description: 'Indicators in columns: `values[i]` of each series belongs to `timestamps[i]`.',
  fields: (t) => ({
    timestamps: t.field({
      type: ['Timestamp'],
      description: 'The starts of the periods: those of `candles` with the same arguments.',
      extensions: { cost: columnCost },
      resolve: ({ candles }) => candles.map(({ timestamp }) => timestamp),
    }),
    closed: t.booleanList({
      description: 'False for the period that still runs; until it ends, its values still change.',
      extensions: { cost: columnCost },
      resolve: ({ candles }) => candles.map(({ closed }) => closed),
    }),
    series: t.field({
      type: [IndicatorSeriesType],
      description: 'The lines of the indicators, in the order of `of`.',
      resolve: ({ series }) => series,
    }),
  }),
});

const limit = { argument: 'limit', max: maxRows };

builder.queryField('indicators', (t) =>
  t.field({
    type: IndicatorsType,
    nullable: true,
    description:
      'Technical indicators over the candles of the same arguments. They are calculated from earlier candles too, so that the values do not depend on `limit`.',
    args: {
      ...marketArgs,
      timeframe: t.arg({
        type: 'Timeframe',
        required: true,
        defaultValue: '1h',
        description: 'The length of a candle, as in `candles`.',
      }),
      since: t.arg({ type: 'DateTime', description: 'Where to begin, inclusive.' }),
      until: t.arg({ type: 'DateTime', description: 'Where to end, exclusive.' }),
      limit: t.arg.int({
        required: true,
        defaultValue: 100,
        description: `Maximum number of candles, up to ${maxRows}: with \`since\`, the first ones from then on; without it, the newest ones.`,
        extensions: bounded({ minimum: 1, maximum: maxRows }),
      }),
      of: t.arg({
        type: [IndicatorInputType],
        required: true,
        description: `The indicators, from 1 to ${maxIndicators}. Candles are fetched once for all of them.`,
        extensions: bounded({ minItems: 1, maxItems: maxIndicators }),
      }),
    },
    extensions: {
      cost: new FieldCost({
        weight: { argument: 'of', toSize: (of) => ownCallCost + countWarmUp(of) },
        listSize: limit,
        hasSizedFields: true,
        cells: [limit, { argument: 'of', toSize: countLines }],
      }),
    },
    resolve: (_root, { exchange, symbol, timeframe, since, until, limit, of }, { marketData, indicators }) =>
      indicators.answer(
        {
          exchange: String(exchange),
          symbol,
          timeframe,
          limit,
          ...(typeof since === 'number' ? { since } : {}),
          ...(typeof until === 'number' ? { until } : {}),
        },
        of,
        marketData,
      ),
  }),
);
