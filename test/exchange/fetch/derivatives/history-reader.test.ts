import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HistoryRange } from '../../../../src/exchange/fetch/derivatives/history-calls.ts';
import type { HistoryReader } from '../../../../src/exchange/fetch/derivatives/history-reader.ts';
import { MarketDataError } from '../../../../src/market/errors.ts';
import {
  every,
  type Habits,
  honest,
  hourMs,
  now,
  type Row,
  readerOf,
} from '../../../support/exchange/history-stand-in.ts';

/** What the whole history has for a query. */
function naive(rows: readonly Row[], since: number | null, until: number | null, limit: number): readonly Row[] {
  const within = rows.filter(
    ({ timestamp }) => (since === null || timestamp >= since) && (until === null || timestamp < until),
  );
  return since === null ? within.slice(-limit) : within.slice(0, limit);
}

function read(reader: HistoryReader<Row>, since: number | null, until: number | null, limit: number) {
  return since === null ? reader.newest(until, limit) : reader.first(since, until, limit);
}

const habits = fc.record({
  cap: fc.integer({ min: 10, max: 200 }),
  obeysSince: fc.boolean(),
  until: fc.constantFrom('inclusive', 'exclusive', 'ignored'),
  keeps: fc.constantFrom('first', 'newest'),
  looksAhead: fc.boolean(),
} as const);

const queries = fc.record({
  distanceMs: fc.constantFrom(hourMs, 4 * hourMs, 8 * hourMs),
  count: fc.integer({ min: 0, max: 600 }),
  since: fc.option(fc.integer({ min: -50, max: 650 })),
  until: fc.option(fc.integer({ min: -50, max: 650 })),
  limit: fc.integer({ min: 1, max: 500 }),
  offsetMs: fc.integer({ min: 0, max: hourMs }),
  /** Rows that are not there: their place from the first one on, and how many. */
  missing: fc.array(fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 1, max: 5 })), { maxLength: 6 }),
});

/** A history, and a query whose bounds are given in rows before its newest one. */
function toCase({
  distanceMs,
  count,
  since,
  until,
  limit,
  offsetMs,
  missing,
}: typeof queries extends fc.Arbitrary<infer T> ? T : never) {
  const rows = every(distanceMs, count).filter(
    (_, index) => !missing.some(([first, length]) => index >= first && index < first + length),
  );
  const at = (rowsBack: number | null) => (rowsBack === null ? null : now - rowsBack * distanceMs + offsetMs);
  return { rows, since: at(since), until: at(until), limit };
}

describe('over an exchange with any habits', () => {
  test('an answer is what the whole history has, or the part of it that is next to the end that was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(habits, queries, async (given, query) => {
        const { rows, since, until, limit } = toCase(query);
        fc.pre(since === null || until === null || since < until);
        const { reader, asked } = readerOf(rows, given);
        const expected = naive(rows, since, until, limit);
        try {
          const found = await read(reader, since, until, limit);
          expect(found).toEqual(
            since === null ? expected.slice(expected.length - found.length) : expected.slice(0, found.length),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(MarketDataError);
          expect(error).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('it begins at') });
        }
        expect(asked.length).toBeLessThanOrEqual(22);
      }),
      { numRuns: 3000 },
    );
  });

  test('an exchange that obeys both bounds gives everything, however few rows it sends at once', async () => {
    await fc.assert(
      fc.asyncProperty(habits, queries, async (given, query) => {
        const { rows, since, until, limit } = toCase(query);
        fc.pre(since === null || until === null || since < until);
        const obedient = { ...given, cap: Math.max(50, given.cap), obeysSince: true } as const;
        fc.pre(obedient.until !== 'ignored');
        const { reader } = readerOf(rows, obedient);
        expect(await read(reader, since, until, limit)).toEqual(naive(rows, since, until, limit));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('calls', () => {
  test('one for the newest rows', async () => {
    const { reader, asked } = readerOf(every(8 * hourMs, 300), honest);
    expect(await reader.newest(null, 100)).toHaveLength(100);
    expect(asked).toEqual([{ limit: 100 }]);
  });

  test('one for rows from an instant on that reach now', async () => {
    const { reader, asked } = readerOf(every(8 * hourMs, 300), honest);
    expect(await reader.first(now - 48 * hourMs, null, 100)).toHaveLength(6);
    expect(asked).toEqual([{ since: now - 48 * hourMs, limit: 100 }]);
  });

  test('as many as the cap makes necessary', async () => {
    const rows = every(8 * hourMs, 1200);
    const { reader, asked } = readerOf(rows, { ...honest, cap: 100 });
    expect(await reader.newest(null, 1000)).toEqual(rows.slice(-1000));
    expect(asked).toHaveLength(11);
  });

  test('one more to find out that nothing is missing before the first row', async () => {
    const rows = every(8 * hourMs, 30);
    const { reader, asked } = readerOf(rows, honest);
    expect(await reader.first(Date.UTC(2020, 0), null, 100)).toEqual(rows);
    expect(asked).toHaveLength(2);
  });

  test('none of these if the market was listed then', async () => {
    const rows = every(8 * hourMs, 30);
    const listedAt = rows[0]?.timestamp ?? null;
    const { reader, asked } = readerOf(rows, { ...honest, until: 'ignored' }, { listedAt });
    expect(await reader.first(Date.UTC(2020, 0), null, 100)).toEqual(rows);
    expect(asked).toHaveLength(1);
  });

  test('one more to find out that a payment is missing between two answers', async () => {
    const all = every(8 * hourMs, 200);
    const rows = [...all.slice(0, 95), ...all.slice(100)];
    const { reader, asked } = readerOf(rows, { ...honest, cap: 100 });
    expect(await reader.newest(null, 150)).toEqual(rows.slice(-150));
    expect(asked).toHaveLength(3);
  });
});

describe('an exchange that ignores since', () => {
  const rows = every(8 * hourMs, 500);
  const newestOnly: Habits = { ...honest, cap: 100, obeysSince: false, until: 'ignored' };

  test('gives rows that its newest ones reach back to', async () => {
    const { reader } = readerOf(rows, newestOnly);
    const since = rows.at(-50)?.timestamp ?? 0;
    expect(await reader.first(since, null, 100)).toEqual(rows.slice(-50));
  });

  test('refuses what they do not reach back to, instead of leaving a gap', async () => {
    const { reader } = readerOf(rows, newestOnly);
    const since = rows.at(-300)?.timestamp ?? 0;
    await expect(reader.first(since, null, 100)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: `The history of funding of BTC/USDT:USDT at x does not reach back that far; it begins at ${new Date(rows.at(-100)?.timestamp ?? 0).toISOString()}.`,
    });
  });

  test('gives the newest rows that it sends, although more were asked for', async () => {
    const { reader } = readerOf(rows, newestOnly);
    expect(await reader.newest(null, 500)).toEqual(rows.slice(-100));
  });

  test('refuses rows before a time that its newest ones do not reach back to', async () => {
    const { reader } = readerOf(rows, newestOnly);
    await expect(reader.newest(rows.at(-300)?.timestamp ?? 0, 10)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

test('an exchange that sends its first rows unless it is told where to begin gives the newest ones', async () => {
  const rows = every(8 * hourMs, 500);
  const ask = async ({ since = 0, until = now, limit }: HistoryRange) =>
    rows.filter(({ timestamp }) => timestamp >= since && timestamp <= until).slice(0, Math.min(limit, 100));
  for (const limit of [50, 250]) {
    expect(await readerOf(rows, honest, { ask }).reader.newest(null, limit)).toEqual(rows.slice(-limit));
    const until = rows.at(-200)?.timestamp ?? 0;
    expect(await readerOf(rows, honest, { ask }).reader.newest(until, limit)).toEqual(naive(rows, null, until, limit));
  }
});

test('a pause of the market is no gap', async () => {
  const rows = [...every(8 * hourMs, 200).slice(0, 50), ...every(8 * hourMs, 200).slice(150)];
  for (const keeps of ['first', 'newest'] as const) {
    const { reader } = readerOf(rows, { ...honest, keeps, cap: 40 });
    expect(await reader.first(rows[0]?.timestamp ?? 0, null, 500)).toEqual(rows);
  }
});

test('rows whose distance changed are complete', async () => {
  const recent = every(hourMs, 100);
  const first = recent[0]?.timestamp ?? 0;
  const rows = [
    ...Array.from({ length: 100 }, (_, index) => ({ timestamp: first - (100 - index) * 8 * hourMs })),
    ...recent,
  ];
  const { reader } = readerOf(rows, { ...honest, cap: 60 });
  expect(await reader.first(rows[0]?.timestamp ?? 0, null, 500)).toEqual(rows);
  const { reader: other } = readerOf(rows, { ...honest, cap: 60 });
  expect(await other.newest(null, 500)).toEqual(rows);
});

test('a history that begins long after the listing of the market is found', async () => {
  const rows = every(8 * hourMs, 300);
  const first = rows[0]?.timestamp ?? 0;
  const listedAt = first - 1000 * 8 * hourMs;
  const { reader } = readerOf(rows, { ...honest, looksAhead: true, keeps: 'newest' }, { listedAt });
  expect(await reader.first(listedAt - 100 * 8 * hourMs, null, 50)).toEqual(rows.slice(0, 50));
});

test('the newest rows are not replaced by fewer if their distance became longer', async () => {
  const recent = every(8 * hourMs, 20);
  const first = recent[0]?.timestamp ?? 0;
  const rows = [
    ...Array.from({ length: 500 }, (_, index) => ({ timestamp: first - (500 - index) * hourMs })),
    ...recent,
  ].filter(({ timestamp }) => timestamp < now - 5 * hourMs);
  const { reader, asked } = readerOf(rows, honest);
  expect(await reader.newest(null, 150)).toEqual(rows.slice(-150));
  expect(asked.length).toBeLessThanOrEqual(3);
});
