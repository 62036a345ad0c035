import type { WalkCandle } from './subdivide.ts';
import { tickMs, type Walk } from './walk.ts';

const ticksPerMinute = 60_000 / tickMs;
const ticksPerHour = 60 * ticksPerMinute;
const minutesPerDay = 24 * 60;

/** How many hours of turnover are cached: a rolling day covers at most 24 whole hours. */
const cachedHours = 30;

/** The newest 1440 one-minute candles as one candle, including the forming minute. */
export interface RollingDay extends WalkCandle {
  /** The turnover in price steps times lots: each minute's volume at the mean of its high, low and close. */
  readonly turnover: number;
}

/** Returns a function that gives a market's rolling day after a tick, by the tick's number. */
export function createRollingDay(walk: Walk): (tick: number) => RollingDay {
  const hours = new Map<number, number>();

  const turnoverOf = (from: number, to: number): number => {
    const { high, low, close, volume } = walk.span(from, to);
    return ((high + low + close) / 3) * volume;
  };

  const turnoverOfHour = (from: number): number => {
    const known = hours.get(from);
    if (known !== undefined) return known;
    let turnover = 0;
    for (let at = from; at < from + ticksPerHour; at += ticksPerMinute) {
      turnover += turnoverOf(at, at + ticksPerMinute);
    }
    for (const oldest of hours.keys()) {
      if (hours.size < cachedHours) break;
      hours.delete(oldest);
    }
    hours.set(from, turnover);
    return turnover;
  };

  return (tick) => {
    const from = (Math.floor(tick / ticksPerMinute) + 1 - minutesPerDay) * ticksPerMinute;
    const to = tick + 1;
    let turnover = 0;
    for (let at = from; at < to; ) {
      const isHour = at % ticksPerHour === 0 && at + ticksPerHour <= to;
      const end = isHour ? at + ticksPerHour : Math.min(at + ticksPerMinute, to);
      turnover += isHour ? turnoverOfHour(at) : turnoverOf(at, end);
      at = end;
    }
    return { ...walk.span(from, to), turnover };
  };
}
