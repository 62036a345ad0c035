import { beforeEach, expect, test } from 'vitest';
import { MemoryStore } from '../../src/cache/memory-store.ts';
import { TtlCache } from '../../src/cache/ttl-cache.ts';
import type { Fresh } from '../../src/market/model/fresh.ts';
import type { FetchOptions } from '../../src/market/ports/market-data.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const callMs = 300;

let ttlMs: number;
let clock: ManualClock;
let calls: (FetchOptions | undefined)[];
let isDown: boolean;
let durationMs: number;
let renewals: number;
let cache: TtlCache<string, number>;

beforeEach(() => {
  ttlMs = 1000;
  clock = new ManualClock();
  calls = [];
  isDown = false;
  durationMs = callMs;
  renewals = 0;
  create();
});

function create(): void {
  cache = new TtlCache({
    fetch: async (_, options) => {
      const value = calls.push(options);
      await new Promise<void>((resolve) => clock.after(durationMs, resolve));
      if (isDown) throw new Error('down');
      return { value, freshUntil: 0 };
    },
    toKey: (query) => query,
    store: new MemoryStore({ maxEntries: 10 }),
    clock,
    ttlMs,
    onRenewal: () => {
      renewals += 1;
    },
  });
}

/** The answer if it is there at once, an error if the call has failed at once, otherwise null. */
async function askNow(options?: FetchOptions): Promise<Fresh<number> | null> {
  let answer: Fresh<number> | null = null;
  cache.fetch('query', options).then(
    (fresh) => {
      answer = fresh;
    },
    () => {},
  );
  await clock.advance(0);
  return answer;
}

/** Asks every 10 ms; resolves with how many requests waited. */
async function askFor(ms: number): Promise<number> {
  let waits = 0;
  for (let step = 0; step < ms / 10; step++) {
    if ((await askNow()) === null) waits += 1;
    await clock.advance(10);
  }
  return waits;
}

/** Asks until a hot answer has just expired. */
async function heat(): Promise<Fresh<number>> {
  await askFor(5000);
  for (;;) {
    const answer = await askNow();
    if (answer && answer.freshUntil <= clock.now()) return answer;
    await clock.advance(10);
  }
}

test('a query that comes again and again does not wait, and causes one call per time to live and call', async () => {
  expect(await askFor(4000)).toBeGreaterThan(0);
  const before = calls.length;
  expect(await askFor(13_000)).toBe(0);
  expect(calls.length - before).toBe(10);
  expect(renewals).toBeGreaterThanOrEqual(10);
  expect(calls[0]).toBeUndefined();
  expect(calls.at(-1)).toEqual({ isRenewal: true });
});

test('the old answer declares how long it serves, and ends with the renewal', async () => {
  const { freshUntil, reusableUntil, isCurrent } = await heat();
  expect(reusableUntil).toBe(freshUntil + (callMs * 3) / 2);
  expect(isCurrent?.()).toBe(true);
  await clock.advance(callMs);
  expect(isCurrent?.()).toBe(false);
  expect(await askNow()).toMatchObject({ value: calls.length, freshUntil: clock.now() + ttlMs });
});

test('when the renewal is late, queries wait for it', async () => {
  durationMs = callMs;
  const { freshUntil, reusableUntil = 0 } = await heat();
  expect(reusableUntil).toBeGreaterThan(freshUntil);
  await clock.advance(callMs);
  await askFor(ttlMs - 10);
  durationMs = 60_000;
  await askFor(30 + (callMs * 3) / 2);
  const before = calls.length;
  expect(await askNow()).toBeNull();
  expect(await askNow()).toBeNull();
  expect(calls).toHaveLength(before);
});

test('a renewal that fails ends the old answer, and the next query waits for its own call', async () => {
  const { isCurrent } = await heat();
  isDown = true;
  await clock.advance(callMs);
  expect(isCurrent?.()).toBe(false);
  const before = calls.length;
  expect(await askNow()).toBeNull();
  expect(calls).toHaveLength(before + 1);
  expect(calls.at(-1)).toBeUndefined();
});

test('a query that names an age is never answered with an older value', async () => {
  await heat();
  expect(await askNow({ maxAgeMs: ttlMs })).toBeNull();
});

test('with a ttl of 0 no old answer serves', async () => {
  ttlMs = 0;
  create();
  for (let ask = 0; ask < 10; ask++) {
    expect(await askNow()).toBeNull();
    await clock.advance(callMs + 1);
  }
  expect(renewals).toBe(0);
});

test('queries that come as rarely as answers expire wait each time', async () => {
  for (let round = 0; round < 6; round++) {
    expect(await askNow()).toBeNull();
    await clock.advance(callMs + ttlMs + 500);
  }
  expect(renewals).toBe(0);
});

test('no call is made after the last query', async () => {
  await heat();
  await clock.advance(callMs);
  const before = calls.length;
  await clock.advance(60_000);
  expect(calls).toHaveLength(before);
  expect(clock.pending).toBe(0);
});
