import { requireDescriptors } from '../base/file-descriptors.ts';
import { Yielding } from '../base/yielding.ts';
import { MarketDataError } from '../market/errors.ts';
import type { Candle, CandleQuery } from '../market/model/candle.ts';
import type { CandleText } from '../market/model/candle-text.ts';
import { requireLimit } from '../market/row-limits.ts';
import type { AddCandle, Calculation } from './calculations.ts';
import { type CandleReader, fetchEarlier } from './earlier-candles.ts';
import { type Indicator, type IndicatorInput, type IndicatorSeries, nameOf } from './indicator.ts';
import { parseIndicators } from './parse-indicators.ts';
import { type CandleHistory, countBefore, type Run, runsOf } from './runs.ts';
import { type WarmUp, warmUpOf } from './warm-up.ts';

/** Candles, and the lines of indicators over them. */
export interface IndicatorTable {
  readonly candles: readonly Candle[];
  readonly series: readonly IndicatorSeries[];
}

/** How long calculations may run before other work gets a turn of the event loop, in ms. */
const maxBlockMs = 5;

/** The number of candles that are calculated without a look at the clock. Each takes at most some 20 µs. */
const candlesPerStep = 25;

/** The values at one candle. */
type Row = ReturnType<AddCandle>;

interface PlannedIndicator {
  readonly indicator: Indicator;
  readonly warmUp: WarmUp;
}

/**
 * Answers queries for indicators: fetches the candles, and as many before them that each value is the one that it would
 * have with all candles of the market, whatever the limit is. Shared by all operations, so that their calculations
 * together leave other work its turns.
 */
export class IndicatorQueries {
  readonly #yielding = new Yielding(maxBlockMs);
  #calculations: typeof import('./calculations.ts') | null = null;

  /** Throws BAD_USER_INPUT for invalid indicators or a limit above 1000, and what the reader throws. */
  async answer(query: CandleQuery, inputs: readonly IndicatorInput[], reader: CandleReader): Promise<IndicatorTable> {
    const { exchange, symbol, timeframe } = query;
    const planned = parseIndicators(inputs, timeframe).map((indicator) => ({
      indicator,
      warmUp: warmUpOf(indicator, timeframe),
    }));
    requireLimit(query.limit, { exchange, symbol, timeframe });
    const candles = await reader.fetchCandles(query);
    const history = await fetchHistory(reader, query, candles, planned);
    const series: IndicatorSeries[] = [];
    for (const plan of planned) series.push(...(await this.#calculate(plan, history)));
    return { candles, series };
  }

  /** The values as a JSON array without its brackets. */
  write(values: IndicatorSeries['values']): Promise<CandleText> {
    return this.#yielding.run(() => ({ chunks: [Buffer.from(JSON.stringify(values).slice(1, -1), 'latin1')] }));
  }

  async #calculate(
    { indicator, warmUp }: PlannedIndicator,
    history: CandleHistory,
  ): Promise<readonly IndicatorSeries[]> {
    this.#calculations ??= await loadCalculations();
    const calculation = this.#calculations.calculationOf(indicator);
    const lines = calculation.outputs.map((output) => {
      const values: (number | null)[] = [];
      return { ...output, values };
    });
    for (const run of runsOf(indicator, warmUp, history)) {
      const isCut = history.isCut && run.from === 0;
      const rows = await this.#run(calculation, history, run);
      for (const [column, { needs, values }] of lines.entries()) {
        const nulls = Math.max(needs, isCut ? warmUp.settled : 0) - 1 - (run.first - run.from);
        values.push(...rows.map((row, position) => (position < nulls ? null : toFinite(row[column]))));
      }
    }
    return lines.map(({ name, values }) => ({ kind: indicator.kind, name: nameOf(indicator), output: name, values }));
  }

  /** The values at the candles of a run that are used. */
  async #run(
    calculation: Calculation,
    { candles, isCut }: CandleHistory,
    { from, first, end }: Run,
  ): Promise<readonly Row[]> {
    const add = calculation.begin(isCut || from > 0);
    const rows: Row[] = [];
    for (let start = from; start < end; start += candlesPerStep) {
      await this.#yielding.run(() => {
        for (const [offset, candle] of candles.slice(start, Math.min(end, start + candlesPerStep)).entries()) {
          const row = add(candle);
          if (start + offset >= first) rows.push(row);
        }
      });
    }
    return rows;
  }
}

/** Loads the library with the first query for indicators, so that it does not delay the start of the server. */
async function loadCalculations(): Promise<typeof import('./calculations.ts')> {
  try {
    requireDescriptors();
  } catch (cause) {
    const message = 'This server has no file descriptors left to load the indicators. Try again later.';
    throw new MarketDataError('OVERLOADED', message, { cause });
  }
  return import('./calculations.ts');
}

async function fetchHistory(
  reader: CandleReader,
  { exchange, symbol, timeframe, since }: CandleQuery,
  candles: readonly Candle[],
  planned: readonly PlannedIndicator[],
): Promise<CandleHistory> {
  const answer = { timeframe, candles, count: candles.length, isCut: false, isNewest: since === undefined };
  const first = candles[0]?.timestamp;
  if (first === undefined) return answer;
  const count = Math.max(...planned.map(({ indicator, warmUp }) => countBefore(indicator, warmUp, answer)));
  const earlier = await fetchEarlier(reader, { exchange, symbol, timeframe }, first, count);
  return { ...answer, candles: [...earlier.candles, ...candles], isCut: earlier.isCut };
}

/** Null for what a calculation makes of absurd prices. */
function toFinite(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
