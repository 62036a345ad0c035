import { beforeEach, expect, test } from 'vitest';
import { type CandlePage, renewPage } from '../../../src/candles/pages/candle-page.ts';
import { CandleRows } from '../../../src/candles/pages/candle-rows.ts';
import { createPageLayout } from '../../../src/candles/pages/page-layout.ts';
import { PageTexts } from '../../../src/candles/pages/page-texts.ts';
import { CandleStore } from '../../../src/candles/pages/store.ts';
import type { CandleFormat } from '../../../src/market/model/candle-text.ts';
import { TrueCandles } from '../../support/fakes/candle-source.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const pageMs = 100 * minuteMs;
const now = Date.UTC(2026, 2, 4, 12, 34, 56, 789);
const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m' } as const;
const layout = createPageLayout(series, 1000);
const past = layout.pageOf(now) - 10;

let clock: ManualClock;
let source: TrueCandles;
let written: number;

beforeEach(() => {
  clock = new ManualClock(now);
  source = new TrueCandles(clock);
  written = 0;
});

/** A format that counts the rows that it writes. */
function formatOf(key: string): CandleFormat {
  return {
    key,
    rowLength: 100,
    write: (timestamp, open, high, low, close, volume, closed) => {
      written += 1;
      const row = JSON.stringify([key, timestamp, open, high, low, close, volume, closed]);
      return Number.isFinite(volume) ? row : null;
    },
  };
}

function pageAt(page: number, old?: CandlePage): CandlePage {
  const from = layout.startOfPage(page);
  const candles = source.within('1m', from, from + pageMs);
  return renewPage(layout, old, {
    page,
    from,
    askedAt: clock.now(),
    receivedAt: clock.now(),
    window: { candles, from, next: null },
  });
}

/** The rows from `begin` to before `end` of pages one after the other, as they were written. */
async function read(texts: PageTexts, pages: readonly CandlePage[], begin: number, end: number, key = 'a') {
  const rows = CandleRows.within(pages, 0, Number.POSITIVE_INFINITY);
  const text = await texts.write(rows.first(end).last(Math.min(end, rows.length) - begin), formatOf(key));
  return text && JSON.parse(`[${Buffer.concat([...text.chunks]).toString()}]`);
}

/** The same by JSON.stringify. */
function expected(pages: readonly CandlePage[], begin: number, end: number, key = 'a'): readonly unknown[] {
  return CandleRows.within(pages, 0, Number.POSITIVE_INFINITY)
    .toCandles()
    .slice(begin, end)
    .map(({ timestamp, open, high, low, close, volume, closed }) => [
      key,
      ...[timestamp, open, high, low, close, volume, closed],
    ]);
}

test('settled rows are written once for each page and format', async () => {
  const texts = new PageTexts();
  const pages = [pageAt(past), pageAt(past + 1)];
  expect(await read(texts, pages, 30, 170)).toEqual(expected(pages, 30, 170));
  expect(written).toBe(200);
  expect(await read(texts, pages, 99, 101)).toEqual(expected(pages, 99, 101));
  expect(await read(texts, pages, 0, 200)).toEqual(expected(pages, 0, 200));
  expect(written).toBe(200);
  expect(await read(texts, pages, 0, 200, 'b')).toEqual(expected(pages, 0, 200, 'b'));
  expect(written).toBe(400);
});

test('open rows are written for each answer', async () => {
  const texts = new PageTexts();
  const page = pageAt(layout.pageOf(now));
  const open = page.candles.countWithin(page.settledUntil, page.until);
  expect(open).toBeGreaterThan(1);
  expect(await read(texts, [page], 0, 100)).toEqual(expected([page], 0, 100));
  const { length } = page.candles;
  expect(written).toBe(length);
  expect(await read(texts, [page], 0, 100)).toEqual(expected([page], 0, 100));
  expect(written).toBe(length + open);
});

test('a few rows of a page without text are written alone, and not kept', async () => {
  const texts = new PageTexts();
  const pages = [pageAt(past)];
  for (let time = 1; time <= 2; time++) {
    expect(await read(texts, pages, 40, 50)).toEqual(expected(pages, 40, 50));
    expect(written).toBe(10 * time);
  }
  expect(texts.bytes).toBe(0);
});

test('a page that is dropped loses its texts, and one that was renewed has new ones', async () => {
  const texts = new PageTexts();
  const page = pageAt(past);
  await read(texts, [page], 0, 100);
  await read(texts, [page], 0, 100, 'b');
  expect(texts.bytes).toBeGreaterThan(10_000);
  source.revision = () => 5;
  const renewed = pageAt(past, page);
  expect(await read(texts, [renewed], 0, 100)).toEqual(expected([renewed], 0, 100));
  texts.drop(page);
  texts.drop(renewed);
  expect(texts.bytes).toBe(0);
  expect(await read(texts, [page], 0, 100)).toEqual(expected([page], 0, 100));
});

test('thousands of formats take no more memory than is allowed; those in use stay', async () => {
  const maxBytes = 1024 * 1024;
  const texts = new PageTexts(maxBytes);
  const pages = [pageAt(past)];
  for (let format = 0; format < 2000; format++) {
    await read(texts, pages, 0, 100, `selection ${format}`);
    await read(texts, pages, 0, 100, 'in use');
    expect(texts.bytes).toBeLessThanOrEqual(maxBytes);
  }
  expect(texts.bytes).toBeGreaterThan(maxBytes / 2);
  expect(written).toBe(2001 * 100);
  await read(texts, pages, 0, 100, 'selection 0');
  expect(written).toBe(2002 * 100);
  texts.drop(pages[0] ?? pageAt(past));
  expect(texts.bytes).toBe(0);
});

test('a text that would take too large a part of the memory is not kept', async () => {
  const texts = new PageTexts(100_000);
  const pages = [pageAt(past)];
  expect(await read(texts, pages, 0, 100)).toEqual(expected(pages, 0, 100));
  expect(texts.bytes).toBe(0);
});

test('of a format whose text would not be kept, only the needed rows are written', async () => {
  const rows = CandleRows.within([pageAt(past)], 0, Number.POSITIVE_INFINITY).first(30);
  await new PageTexts().write(rows, { ...formatOf('long'), rowLength: 1024 * 1024 });
  expect(written).toBe(30);
});

test('rows that cannot be written make the whole answer one without text', async () => {
  source.revision = (timestamp) => (timestamp === layout.startOfPage(past + 1) ? Number.NaN : 0);
  const texts = new PageTexts();
  expect(await read(texts, [pageAt(past), pageAt(past + 1)], 0, 200)).toBeNull();
  expect(await read(texts, [pageAt(past), pageAt(past + 1)], 0, 100)).toHaveLength(100);
});

test('the event loop gets turns while thousands of rows are written', async () => {
  const texts = new PageTexts();
  const pages = Array.from({ length: 50 }, (_, page) => pageAt(past - page)).reverse();
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await read(texts, pages, 0, 5000);
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(4);
});

test('the store forgets the texts of pages that are renewed or dropped', async () => {
  const store = new CandleStore({ source, clock, ttlMs: 1000, timeoutMs: 10_000 });
  const ask = async (): Promise<number> => {
    await store.fetchCandleText({ ...series, limit: 250 }, formatOf('a'));
    return store.textBytes;
  };
  const first = await ask();
  for (let time = 0; time < 5; time++) {
    await clock.advance(2000);
    // The text of a page has about 10 KB.
    expect(Math.abs((await ask()) - first)).toBeLessThan(1000);
  }
});
