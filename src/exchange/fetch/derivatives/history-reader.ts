import { MarketDataError } from '../../../market/errors.ts';
import type { MarketRef } from '../../../market/market-ref.ts';
import { isTooOld } from '../../../market/model/candle-errors.ts';
import { maxRows } from '../../../market/row-limits.ts';
import { firstBlockAt } from '../../normalize/numbers.ts';
import { HistoryCalls, type HistoryCallsOptions, type HistoryRow } from './history-calls.ts';

export interface HistoryReaderOptions<R extends HistoryRow> extends HistoryCallsOptions<R> {
  readonly market: MarketRef;
  /** What the rows are, for messages: `funding`. */
  readonly what: string;
  /** When the market was listed, epoch ms; null if that is not known. Its history may begin earlier, before it was open. */
  readonly listedAt: number | null;
  readonly now: () => number;
}

const dayMs = 86_400_000;

/** Two rows that are further apart than this many times the usual distance may have others between them. */
const slack = 1.1;

/** If the newest row is older than this many times the usual distance, there may be newer ones. */
const maxDelay = 4;

/**
 * Reads a history that an exchange serves in pieces, without gaps. Exchanges differ in how many rows one call brings, in
 * which of them if there are more (the first from `since` on, or the newest), and in whether they obey `since` and
 * `until` at all. An exchange that ignores `since`, for example, would return its newest rows, and a client would take
 * them for the first ones from `since` on. So the reader believes only two things: the rows of one answer have none
 * between them, and an answer that stays within both bounds is complete if it is empty. Everything else is checked:
 * whether rows follow each other at the usual distance, and what is between them if not.
 *
 * If a piece cannot be reached, the reader returns only the rows next to the end that was asked for, without a gap, or
 * throws BAD_USER_INPUT if it cannot reach that end itself.
 */
export class HistoryReader<R extends HistoryRow> {
  readonly #options: HistoryReaderOptions<R>;
  readonly #calls: HistoryCalls<R>;
  /** True if an answer from an instant on has left out the first rows. */
  #prefersNewest = false;
  #hasAskedForMost = false;

  constructor(options: HistoryReaderOptions<R>) {
    this.#options = options;
    this.#calls = new HistoryCalls(options);
  }

  /** The first `limit` rows from `since` on; those before `until`, unless it is null. */
  async first(since: number, until: number | null, limit: number): Promise<readonly R[]> {
    const end = Math.min(until ?? Number.POSITIVE_INFINITY, this.#options.now());
    const rows: R[] = [];
    let from = Math.max(since, firstBlockAt);
    while (rows.length < limit && from < end && this.#calls.hasMore) {
      const more = await this.#from(from, end, limit - rows.length, rows.length > 0);
      rows.push(...more);
      const last = more.at(-1);
      // If no other row is due before the end, the next call would bring nothing.
      if (!last || end - last.timestamp <= this.#calls.spacingMs) break;
      from = last.timestamp + 1;
    }
    return rows.filter(({ timestamp }) => until === null || timestamp < until).slice(0, limit);
  }

  /** The newest `limit` rows before `until`; null for the newest of all. */
  async newest(until: number | null, limit: number): Promise<readonly R[]> {
    let rows = await this.#newestPage(until, limit);
    let obeysUntil = true;
    while (rows.length > 0 && rows.length < limit && this.#calls.hasMore) {
      const first = rows[0]?.timestamp ?? 0;
      if (this.#isBeginning(first)) break;
      const missing = limit - rows.length;
      let older: readonly R[] = [];
      if (obeysUntil)
        older = await this.#adjacent(await this.#calls.tryAsk({ until: first, limit: missing + 1 }), first);
      if (older.length === 0) {
        obeysUntil = false;
        const count = Math.min(missing, this.#calls.maxRows);
        const since = first - count * this.#calls.spacingMs;
        older = await this.#adjacent(await this.#calls.tryAsk({ since, until: first, limit: count + 1 }), first);
      }
      if (older.length === 0) break;
      rows = [...older, ...rows];
    }
    return rows.slice(-limit);
  }

  async #newestPage(until: number | null, limit: number): Promise<readonly R[]> {
    const now = this.#options.now();
    if (until !== null && until <= now) return this.#pageBefore(until, limit);
    const page = await this.#calls.ask({ limit });
    const last = page.at(-1);
    if (!last || now - last.timestamp <= maxDelay * this.#calls.spacingMs) return page;
    // The market may be closed, or the exchange sends its first rows unless it is told where to begin.
    const recent = await this.#within(now - page.length * this.#calls.spacingMs, null);
    const newest = recent?.at(-1);
    return recent && newest && newest.timestamp > last.timestamp ? recent : page;
  }

  async #pageBefore(until: number, limit: number): Promise<readonly R[]> {
    const isBefore = ({ timestamp }: R): boolean => timestamp < until;
    const page = ((await this.#calls.tryAsk({ until, limit })) ?? []).filter(isBefore);
    const last = page.at(-1);
    if (last && until - last.timestamp <= this.#calls.spacingMs) return page;
    // The end was ignored, or there was a pause: the newest rows tell how far apart rows are.
    const newest = await this.#newestPage(null, limit);
    const [first] = newest;
    if (!first) return page;
    if (isBefore(first)) return newest.filter(isBefore);
    const found = await this.#within(until - Math.min(limit, newest.length) * this.#calls.spacingMs, until);
    if (!found) throw this.#tooOld(first.timestamp);
    return found.length > 0 ? found : page;
  }

  /** All rows of a time that few calls can bring; null if the exchange does not let the reader know. */
  async #within(since: number, until: number | null): Promise<readonly R[] | null> {
    try {
      return await this.first(since, until, Number.POSITIVE_INFINITY);
    } catch (error) {
      if (isTooOld(error)) return null;
      throw error;
    }
  }

  /** The first rows from an instant on that are known to have none between it and them. */
  async #from(from: number, end: number, limit: number, isContinued: boolean): Promise<readonly R[]> {
    const isWithin = ({ timestamp }: R): boolean => timestamp >= from;
    const count = Math.min(limit, maxRows);
    let page: readonly R[] = [];
    if (this.#prefersNewest) {
      const until = from + this.#calls.fitting(count) * this.#calls.spacingMs;
      page = ((await this.#calls.tryAsk({ since: from, until, limit: count })) ?? []).filter(isWithin);
    }
    if (page.length === 0) page = (await this.#calls.ask({ since: from, limit: count })).filter(isWithin);
    // Some exchanges look only at a certain time from `since` on.
    if (page.length === 0 && from + count * this.#calls.spacingMs < end) {
      page = (await this.#firstFound(from, count)).filter(isWithin);
    }
    try {
      return await this.#closeGap(from, page, count, isContinued);
    } catch (error) {
      // What was found before is complete without what follows.
      if (isContinued && isTooOld(error)) return [];
      throw error;
    }
  }

  /** Some rows after an instant: those around the listing of the market, or the newest, as its history may begin later. */
  async #firstFound(from: number, limit: number): Promise<readonly R[]> {
    const { listedAt } = this.#options;
    const listed = listedAt !== null && listedAt > from ? [{ since: listedAt - dayMs, limit }] : [];
    for (const range of [...listed, { limit }]) {
      const page = await this.#calls.tryAsk(range);
      if (page && page.length > 0) return page;
    }
    return [];
  }

  /** Extends rows backwards until they begin at `from`, or what lies between is known to be empty. */
  async #closeGap(from: number, page: readonly R[], limit: number, isContinued: boolean): Promise<readonly R[]> {
    let rows = page;
    let start = from;
    // If nothing is missing, one call tells.
    let isFirst = true;
    for (;;) {
      const first = rows[0]?.timestamp;
      if (first === undefined || this.#isBeginning(first)) return rows;
      const followsRow = isContinued && start === from;
      if (followsRow ? !this.#isFar(start, first) : first - start < this.#calls.spacingMs) return rows;
      const end = isFirst ? first : this.#middleOf(start, first, limit);
      const answer = this.#calls.hasMore ? await this.#calls.tryAsk({ since: start, until: end, limit }) : null;
      const inside = (answer ?? []).filter(({ timestamp }) => timestamp >= start && timestamp < end);
      isFirst = false;
      if (inside.length > 0) {
        this.#prefersNewest = true;
        const last = inside.at(-1)?.timestamp ?? 0;
        rows = end < first || this.#isFar(last, first) ? inside : [...inside, ...rows];
      } else if (answer === null || answer.some(({ timestamp }) => timestamp > end)) {
        // An exchange that ignores the bounds may still send enough.
        const more = await this.#askForMost(start);
        if (!more[0] || more[0].timestamp >= first) throw this.#tooOld(first);
        rows = more;
      } else if (end === first) {
        return rows;
      } else {
        start = end;
      }
    }
  }

  /** As many rows from an instant on as one answer can have; none if that was tried before. */
  async #askForMost(from: number): Promise<readonly R[]> {
    if (this.#hasAskedForMost || !this.#calls.hasMore) return [];
    this.#hasAskedForMost = true;
    const answer = (await this.#calls.tryAsk({ since: from, limit: maxRows })) ?? [];
    return answer.filter(({ timestamp }) => timestamp >= from);
  }

  #tooOld(begin: number): MarketDataError {
    return historyTooOld(this.#options.market, this.#options.what, begin);
  }

  /** Where to split a time whose rows may not fit into one answer; its end if they fit. */
  #middleOf(start: number, end: number, limit: number): number {
    return end - start <= this.#calls.fitting(limit) * this.#calls.spacingMs ? end : Math.round((start + end) / 2);
  }

  /** The rows before an instant, if there are none between them and it. */
  async #adjacent(answer: readonly R[] | null, instant: number): Promise<readonly R[]> {
    const before = (answer ?? []).filter(({ timestamp }) => timestamp < instant);
    const last = before.at(-1);
    if (!last || !this.#calls.hasMore) return [];
    if (!this.#isFar(last.timestamp, instant)) return before;
    // A payment may be missing, or the distance may have changed: what is between them tells.
    const since = last.timestamp + 1;
    const between = await this.#calls.tryAsk({ since, until: instant, limit: 1 });
    if (!between || between.some(({ timestamp }) => timestamp < since || timestamp > instant)) return [];
    const inside = between.filter(({ timestamp }) => timestamp < instant);
    const newest = inside.at(-1);
    if (!newest) return before;
    return this.#isFar(newest.timestamp, instant) ? [] : inside;
  }

  /** True for the times of two rows that may have others between them. */
  #isFar(earlier: number, later: number): boolean {
    return later - earlier > slack * this.#calls.spacingMs;
  }

  /** True if the history cannot have rows before this one. */
  #isBeginning(first: number): boolean {
    const { listedAt } = this.#options;
    return listedAt !== null && Math.abs(first - listedAt) <= slack * this.#calls.spacingMs;
  }
}

/** BAD_USER_INPUT: the history does not reach back to what was asked for. It begins at `begin`, epoch ms. */
export function historyTooOld({ exchange, symbol }: MarketRef, what: string, begin: number): MarketDataError {
  const message = `The history of ${what} of ${symbol} at ${exchange} does not reach back that far; it begins at ${new Date(begin).toISOString()}.`;
  return new MarketDataError('BAD_USER_INPUT', message, { exchange, symbol, isTooOld: true, oldest: begin });
}
