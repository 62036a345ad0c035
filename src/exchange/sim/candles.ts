import { periodAfter, periodStart } from '../../market/timeframe.ts';
import type { WalkCandle } from './subdivide.ts';
import { tickMs, type Walk } from './walk.ts';

/** The exchange's timeframes, shortest first. Weeks begin on Monday, months on their first day, both in UTC. */
export const simTimeframes: readonly string[] = ['1s', '1m', '5m', '15m', '1h', '4h', '1d', '1w', '1M'];

/** The exchange's first day, epoch ms: it has no candle that opens earlier, and no earlier trade. */
export const firstCandleAt = Date.UTC(2015, 0, 1);

/** Which candles are requested. Times are epoch ms; `since` is inclusive, `until` exclusive. */
export interface CandleWindow {
  readonly timeframe: string;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
}

/**
 * The opening times of the window's candles, oldest first: the first `limit` from `since` on, otherwise the newest
 * `limit`.
 */
export function listOpens({ timeframe, since, until, limit }: CandleWindow, now: number): readonly number[] {
  const last = periodStart(timeframe, until === undefined ? now : Math.min(now, until - 1));
  const from = Math.max(since ?? periodAfter(timeframe, last, 1 - limit), firstCandleAt);
  const opens: number[] = [];
  for (let open = firstOpenFrom(timeframe, from); open <= last && opens.length < limit; ) {
    opens.push(open);
    open = periodAfter(timeframe, open);
  }
  return opens;
}

/**
 * The opening times of the newest candles that changed after tick `previous` and up to tick `tick`: the candle that was
 * forming and those that have begun since then, at most `limit` of them.
 */
export function listChangedOpens(timeframe: string, previous: number, tick: number, limit: number): readonly number[] {
  const newest = periodStart(timeframe, tick * tickMs);
  const since = Math.max(periodStart(timeframe, previous * tickMs), periodAfter(timeframe, newest, 1 - limit));
  return listOpens({ timeframe, since, limit }, tick * tickMs);
}

/** The candle that opens at `open` (epoch ms) as it is after tick number `tick`: it does not include later ticks. */
export function candleUntil(walk: Walk, timeframe: string, open: number, tick: number): WalkCandle {
  const end = periodAfter(timeframe, open) / tickMs;
  return walk.span(open / tickMs, Math.min(end, tick + 1));
}

function firstOpenFrom(timeframe: string, time: number): number {
  const open = periodStart(timeframe, time);
  return open < time ? periodAfter(timeframe, open) : open;
}
