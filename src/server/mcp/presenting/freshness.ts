import { ageOf } from '../../../base/age.ts';
import { type JsonObject, toIso, toNumber, toTime } from './values.ts';

/** How old an answer is. A type, because SDKs want plain objects. */
export type Freshness = {
  /** In ISO-8601; null if the exchange sends no time. */
  readonly exchangeTime: string | null;
  /** In ISO-8601; null for rows of history, which this server keeps. */
  readonly receivedAt: string | null;
  readonly ageMs: number | null;
  readonly stale: boolean;
};

/** The freshness of an answer that does not come from an exchange. */
export const timeless: Freshness = { exchangeTime: null, receivedAt: null, ageMs: null, stale: false };

/** The freshness of a value that the exchange has sent as a whole, such as a ticker. */
export function freshnessOf(value: JsonObject, now: number): Freshness {
  const time = toNumber(value.timestamp);
  const received = toNumber(value.receivedAt);
  return {
    exchangeTime: toIso(time),
    receivedAt: toIso(received),
    ageMs: toAge(received ?? time, now),
    stale: value.stale === true,
  };
}

/** The freshness of rows of history: the time of the newest row. */
export function freshnessOfRows(rows: readonly JsonObject[], now: number): Freshness {
  const times = rows.flatMap((row) => toTime(row.datetime) ?? []);
  const newest = times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : null;
  return { exchangeTime: toIso(newest), receivedAt: null, ageMs: toAge(newest, now), stale: false };
}

/** The freshness of several values: that of the oldest one; stale if any is. */
export function oldestOf(all: readonly Freshness[]): Freshness {
  const oldest = all.reduce<Freshness | null>((a, b) => (a && (a.ageMs ?? -1) >= (b.ageMs ?? -1) ? a : b), null);
  return { ...(oldest ?? timeless), stale: all.some(({ stale }) => stale) };
}

/** What a row of a list says about its own freshness. */
export function toRowFreshness({ exchangeTime, ageMs, stale }: Freshness): JsonObject {
  return { exchangeTime, ageMs, stale };
}

/** One or two sentences about the freshness, for people and models. */
export function describeFreshness({ exchangeTime, receivedAt, ageMs, stale }: Freshness): string {
  const warning = stale
    ? 'STALE: the exchange cannot be reached at present, and this is its last known value. Do not present it as current.'
    : '';
  const age = ageMs === null ? '' : `${toDuration(ageMs)} old`;
  const time = exchangeTime === null ? '' : `exchange time ${exchangeTime}`;
  const received = receivedAt === null ? '' : `received ${receivedAt}`;
  const facts = [time, received, age].filter((fact) => fact !== '').join(', ');
  return [facts === '' ? '' : `Freshness: ${facts}.`, warning].filter((sentence) => sentence !== '').join(' ');
}

function toAge(time: number | null, now: number): number | null {
  const age = time === null ? Number.NaN : ageOf(time, now);
  return Number.isFinite(age) ? Math.round(age) : null;
}

function toDuration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}
