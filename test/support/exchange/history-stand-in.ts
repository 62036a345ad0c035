import type { HistoryRange } from '../../../src/exchange/fetch/derivatives/history-calls.ts';
import { HistoryReader, type HistoryReaderOptions } from '../../../src/exchange/fetch/derivatives/history-reader.ts';

export const hourMs = 3_600_000;
/** When it is on the reader's clock, epoch ms. */
export const now = Date.UTC(2026, 2, 4, 12, 30);

export interface Row {
  readonly timestamp: number;
}

/** How an exchange answers. */
export interface Habits {
  /** The most rows of one answer. */
  readonly cap: number;
  readonly obeysSince: boolean;
  readonly until: 'inclusive' | 'exclusive' | 'ignored';
  /** Which rows an answer has if there are too many from `since` on. */
  readonly keeps: 'first' | 'newest';
  /** With `since` alone, it looks only at the time that `limit` rows usually take. */
  readonly looksAhead: boolean;
}

export const honest: Habits = { cap: 1000, obeysSince: true, until: 'inclusive', keeps: 'first', looksAhead: false };

/** An exchange behind ccxt, which drops the rows before `since` and those above the limit. */
function answerOf(rows: readonly Row[], habits: Habits, { since, until, limit }: HistoryRange): readonly Row[] {
  const looksAhead = habits.looksAhead && habits.obeysSince && habits.until !== 'ignored';
  const ahead = looksAhead && since !== undefined ? since + limit * 8 * hourMs : Number.POSITIVE_INFINITY;
  const end = until !== undefined && habits.until !== 'ignored' ? until : ahead;
  const isBefore = (timestamp: number) => (habits.until === 'exclusive' ? timestamp < end : timestamp <= end);
  const begin = since !== undefined && habits.obeysSince ? since : Number.NEGATIVE_INFINITY;
  const asked = rows.filter(({ timestamp }) => timestamp >= begin && isBefore(timestamp));
  const count = Math.min(limit, habits.cap);
  const sent =
    since !== undefined && habits.obeysSince && habits.keeps === 'first' ? asked.slice(0, count) : asked.slice(-count);
  return since === undefined ? sent : sent.filter(({ timestamp }) => timestamp >= since).slice(0, limit);
}

/** A reader over these rows, and what it has asked for. */
export function readerOf(rows: readonly Row[], habits: Habits, options: Partial<HistoryReaderOptions<Row>> = {}) {
  const asked: HistoryRange[] = [];
  const reader = new HistoryReader<Row>({
    market: { exchange: 'x', symbol: 'BTC/USDT:USDT' },
    what: 'funding',
    ask: async (range) => {
      asked.push(range);
      return answerOf(rows, habits, range);
    },
    spacingMs: 8 * hourMs,
    listedAt: null,
    now: () => now,
    ...options,
  });
  return { reader, asked };
}

/** Rows at a distance, the last one at the last full distance before now. */
export function every(distanceMs: number, count: number): readonly Row[] {
  const last = Math.floor(now / distanceMs) * distanceMs;
  return Array.from({ length: count }, (_, index) => ({ timestamp: last - (count - 1 - index) * distanceMs }));
}
