import { type Indicator, type IndicatorKind, indicatorKinds, type ParameterName, parameterNames } from './indicator.ts';
import { maxIndicators, maxPeriod, parseIndicators } from './parse-indicators.ts';
import { sumStretch } from './runs.ts';
import { warmUpOf } from './warm-up.ts';

/** A timeframe of which a day has many candles. */
const longDays = '1m';

const lineCounts: Readonly<Partial<Record<IndicatorKind, number>>> = { MACD: 3, BOLLINGER: 3, STOCHASTIC: 2 };

/** The number of lines that indicators have together. The value is one that a client sent, which may be invalid. */
export function countLines(value: unknown): number {
  return toEntries(value).reduce<number>((sum, entry) => sum + (lineCounts[kindOf(entry) ?? 'SMA'] ?? 1), 0);
}

/** About how many candles must be fetched before those of the answer. The value is one that a client sent. */
export function countWarmUp(value: unknown): number {
  return Math.max(0, ...toEntries(value).map((entry) => warmUpOfEntry(entry)));
}

function toEntries(value: unknown): readonly unknown[] {
  return (Array.isArray(value) ? value : [value]).slice(0, maxIndicators);
}

function warmUpOfEntry(entry: unknown): number {
  const kind = kindOf(entry);
  const indicator = kind && parse(kind, entry);
  if (!indicator) return 0;
  return kind === 'OBV' ? sumStretch : warmUpOf(indicator, longDays).before;
}

/** Null if the indicator is invalid, so that it is refused. */
function parse(kind: IndicatorKind, entry: unknown): Indicator | null {
  const parameters = parameterNames.map((name) => [name, readNumber(entry, name)]);
  try {
    return parseIndicators([{ kind, ...Object.fromEntries(parameters) }], longDays)[0] ?? null;
  } catch {
    return null;
  }
}

function kindOf(entry: unknown): IndicatorKind | null {
  if (typeof entry !== 'object' || entry === null || !('kind' in entry)) return null;
  return indicatorKinds.find((kind) => kind === entry.kind) ?? null;
}

/** A variable inside a literal has no value here: it counts as the largest period. */
function readNumber(entry: unknown, name: ParameterName): number | null {
  if (typeof entry !== 'object' || entry === null || !Object.hasOwn(entry, name)) return null;
  const value: unknown = Object.entries(entry).find(([key]) => key === name)?.[1];
  if (value === undefined) return name === 'deviations' ? 1 : maxPeriod;
  return typeof value === 'number' ? value : null;
}
