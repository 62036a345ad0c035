import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryStore } from '../../src/cache/memory-store.ts';
import { type AnswerEntry, TtlCache } from '../../src/cache/ttl-cache.ts';
import type { Fresh } from '../../src/market/model/fresh.ts';
import type { FetchOptions } from '../../src/market/ports/market-data.ts';
import { ManualClock, settle } from '../support/fakes/manual-clock.ts';

const ttlMs = 1000;

interface Call {
  readonly options: FetchOptions | undefined;
  answer(value: string, freshUntil?: number): void;
  fail(): void;
}

let clock: ManualClock;
let skewMs: number;
let store: MemoryStore<AnswerEntry<string>>;
let calls: Call[];
let lookups: boolean[];
let cache: TtlCache<string, string>;

beforeEach(() => {
  clock = new ManualClock();
  skewMs = 0;
  store = new MemoryStore({ maxEntries: 10 });
  calls = [];
  lookups = [];
  cache = new TtlCache({
    fetch: (_query, options) =>
      new Promise<Fresh<string>>((resolve, reject) => {
        const answer = (value: string, freshUntil = 0) => resolve({ value, freshUntil });
        calls.push({ options, answer, fail: () => reject(new Error('down')) });
      }),
    toKey: (query) => query,
    store,
    clock: { now: () => clock.now() + skewMs, after: (delayMs, callback) => clock.after(delayMs, callback) },
    ttlMs,
    onLookup: (isHit) => lookups.push(isHit),
  });
});

async function ask(value: string, options?: FetchOptions): Promise<Fresh<string>> {
  const known = calls.length;
  const answer = cache.fetch('query', options);
  await settle();
  if (calls.length > known) calls.at(-1)?.answer(value);
  return answer;
}

test('an answer serves until it is ttlMs old, and declares that time', async () => {
  const freshUntil = clock.now() + ttlMs;
  expect(await ask('one')).toEqual({ value: 'one', freshUntil });
  await clock.advance(ttlMs - 1);
  expect(await ask('two')).toEqual({ value: 'one', freshUntil });
  await clock.advance(1);
  expect(await ask('two')).toEqual({ value: 'two', freshUntil: freshUntil + ttlMs });
  expect(lookups).toEqual([false, true, false]);
});

test('a query that accepts only a lower age gets no older answer', async () => {
  await ask('one');
  await clock.advance(500);
  expect((await ask('two', { maxAgeMs: 501 })).value).toBe('one');
  expect((await ask('two', { maxAgeMs: 500 })).value).toBe('two');
  expect(calls[1]?.options).toEqual({ maxAgeMs: 500 });
});

test('an answer that its upstream has had for a while serves only as long as it does there', async () => {
  const answer = cache.fetch('query');
  calls[0]?.answer('one', clock.now() + 300);
  expect((await answer).freshUntil).toBe(clock.now() + 300);
  await clock.advance(300);
  expect((await ask('two')).value).toBe('two');
});

describe('with maxAgeMs 0', () => {
  test('the upstream is always called, receives it, and its answer serves other queries but is not declared fresh', async () => {
    await ask('one');
    expect(await ask('two', { maxAgeMs: 0 })).toEqual({ value: 'two', freshUntil: 0 });
    expect(calls[1]?.options).toEqual({ maxAgeMs: 0 });
    expect((await ask('three')).value).toBe('two');
    expect(lookups).toEqual([false, true]);
  });

  test('an older call that is still in progress does not replace the answer, but serves the queries that wait for it', async () => {
    const older = cache.fetch('query');
    expect((await ask('new', { maxAgeMs: 0 })).value).toBe('new');
    calls[0]?.answer('old');
    expect((await older).value).toBe('old');
    expect((await ask('newest')).value).toBe('new');
  });
});

test('queries share a call in progress, unless they accept only a newer answer', async () => {
  const [first, second] = [cache.fetch('query'), cache.fetch('query', { maxAgeMs: 5000 })];
  const third = cache.fetch('query', { maxAgeMs: 500 });
  expect(calls).toHaveLength(2 + 1);
  for (const [index, call] of calls.entries()) call.answer(String(index));
  expect([(await first).value, (await second).value, (await third).value]).toEqual(['0', '1', '2']);
});

test('a call that fails rejects all queries that wait for it, and is made again', async () => {
  const both = [cache.fetch('query'), cache.fetch('query')];
  calls[0]?.fail();
  for (const each of both) await expect(each).rejects.toThrow('down');
  expect((await ask('one')).value).toBe('one');
});

test.each([
  [-1000, 'one'],
  [-1001, 'two'],
  [-3_600_000, 'two'],
])('a clock that is set back by %d ms answers with %s', async (back, expected) => {
  await ask('one');
  skewMs = back;
  const { value, freshUntil } = await ask('two');
  expect(value).toBe(expected);
  expect(freshUntil).toBeLessThanOrEqual(clock.now() + skewMs + ttlMs);
});

test('an entry that another process has stored answers here, although its clock is a little ahead', async () => {
  store.set('query', { value: 'theirs', storedAt: clock.now() + 40, ttlMs });
  expect(await ask('ours')).toEqual({ value: 'theirs', freshUntil: clock.now() + ttlMs });
  expect(calls).toEqual([]);
});
