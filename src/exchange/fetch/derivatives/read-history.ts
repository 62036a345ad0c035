import type { MarketInterface } from 'ccxt';
import { MarketDataError } from '../../../market/errors.ts';
import type { MarketRef } from '../../../market/market-ref.ts';
import { maxRows, requireLimit } from '../../../market/row-limits.ts';
import type { ExchangeClient } from '../../clients/exchange-client.ts';
import { withLimit } from '../../learned/with-limit.ts';
import { toPastInstant } from '../../normalize/numbers.ts';
import type { HistoryRange, HistoryRow } from './history-calls.ts';
import { HistoryReader, historyTooOld } from './history-reader.ts';

export interface HistoryQuery extends MarketRef {
  /** Epoch ms. */
  readonly since?: number;
  /** Epoch ms. */
  readonly until?: number;
  readonly limit: number;
}

export interface HistoryCall<Raw, R extends HistoryRow> {
  readonly client: ExchangeClient;
  readonly market: MarketInterface;
  readonly query: HistoryQuery;
  /** What the rows are, for messages, such as `funding`. Learned limits are kept by it. */
  readonly what: string;
  /** One call to the exchange. */
  readonly ask: (
    range: Omit<HistoryRange, 'limit'> & { readonly limit: number | undefined },
  ) => Promise<readonly Raw[]>;
  /** A row of ours; null if it has impossible values. */
  readonly toRow: (raw: Raw) => R | null;
  readonly spacingMs: number;
  /** True if the exchange always sends the whole history. */
  readonly isWhole?: boolean;
  /** How many rows one call may ask for; null if no limit is known. */
  readonly pageSize?: number | null;
  /** How far back the exchange's history reaches, in ms; null if no limit is known. */
  readonly reachMs: number | null;
  readonly now: () => number;
}

/** Throws BAD_USER_INPUT unless a query asks for 1 to 1000 rows of some time. */
export function requireHistoryRange({ exchange, symbol, since, until, limit }: HistoryQuery): void {
  requireLimit(limit, { exchange, symbol });
  if (since !== undefined && until !== undefined && since >= until) {
    throw new MarketDataError('BAD_USER_INPUT', 'since must be before until.', { exchange, symbol });
  }
}

/**
 * A part of a history: with `since`, the first `limit` rows from then on, otherwise the newest `limit`; oldest first, and
 * without gaps. There may be fewer rows than the history has, if the exchange does not serve the others. Throws
 * BAD_USER_INPUT if its history does not reach back far enough.
 */
export async function readHistory<Raw, R extends HistoryRow>(call: HistoryCall<Raw, R>): Promise<readonly R[]> {
  const { market, query, what, ask, reachMs, now } = call;
  const { since, until, limit } = query;
  const { created } = market;
  const listedAt = toPastInstant(created, now());
  const oldest = reachMs === null ? Number.NEGATIVE_INFINITY : now() - reachMs;
  const isOlder = listedAt === null || listedAt < oldest;
  if (isOlder && Math.min(since ?? oldest, (until ?? Number.POSITIVE_INFINITY) - 1) < oldest) {
    throw historyTooOld(query, what, oldest);
  }
  if (call.isWhole) return partOf(toRows(call, await ask({ limit: undefined })), query);
  const reader = new HistoryReader({
    market: query,
    what,
    ask: (range) => askOnce(call, range, oldest),
    spacingMs: call.spacingMs,
    listedAt,
    now,
  });
  return since === undefined ? reader.newest(until ?? null, limit) : reader.first(since, until ?? null, limit);
}

/** The part of a whole history that a query asks for. */
function partOf<R extends HistoryRow>(rows: readonly R[], { since, until, limit }: HistoryQuery): readonly R[] {
  const within = rows.filter(
    ({ timestamp }) => (since === undefined || timestamp >= since) && (until === undefined || timestamp < until),
  );
  return since === undefined ? within.slice(-limit) : within.slice(0, limit);
}

/** The rows of one call, oldest first, each once. Nothing is asked for that is older than the exchange serves. */
async function askOnce<Raw, R extends HistoryRow>(
  call: HistoryCall<Raw, R>,
  { limit, ...given }: HistoryRange,
  oldest: number,
): Promise<readonly R[]> {
  const { client, market, what, ask } = call;
  const bounds = given.since === undefined ? given : { ...given, since: Math.max(given.since, oldest) };
  const raw = await withLimit(client.limits, {
    name: what,
    market,
    limit: Math.min(limit, call.pageSize ?? maxRows),
    ask: (asked) => ask({ ...bounds, limit: asked }),
    countRows: (rows) => (Array.isArray(rows) ? rows.length : 0),
  });
  return toRows(call, raw);
}

/** The rows of an answer, oldest first, each once. */
function toRows<Raw, R extends HistoryRow>(
  { client, market, what, toRow }: HistoryCall<Raw, R>,
  raw: readonly Raw[],
): readonly R[] {
  if (!Array.isArray(raw)) {
    const about = { exchange: client.info.id, symbol: market.symbol };
    throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${about.exchange} did not send a list of ${what}.`, about);
  }
  const rows = new Map<number, R>();
  for (const row of raw.map(toRow)) if (row) rows.set(row.timestamp, row);
  return [...rows.values()].sort((a, b) => a.timestamp - b.timestamp);
}
