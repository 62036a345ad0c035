import { beforeEach, describe, expect, test } from 'vitest';
import { HotKeys } from '../../src/base/hot-keys.ts';
import { ManualClock } from '../support/fakes/manual-clock.ts';

const ttlMs = 1000;
const scope = 'kraken spot';

let clock: ManualClock;
let hot: HotKeys;

beforeEach(() => {
  clock = new ManualClock();
  hot = new HotKeys({ clock });
});

/** The value expires now, and is asked for `gapMs` later. Resolves with how long it still answers then, in ms. */
async function askAfter(gapMs: number, key = 'a'): Promise<number | null> {
  await clock.advance(ttlMs);
  const freshUntil = clock.now();
  await clock.advance(gapMs);
  const until = hot.onExpired(key, scope, freshUntil);
  return until === null ? null : until - freshUntil;
}

/** The first call of a scope does not count. */
function record(...durations: readonly number[]): void {
  for (const durationMs of durations) hot.onCall(scope, durationMs);
}

describe('a key', () => {
  test('is hot once three values in a row were asked for soon after they expired', async () => {
    record(9000, 300);
    for (const gapMs of [10, 10]) expect(await askAfter(gapMs)).toBeNull();
    expect(hot.isHot('a')).toBe(false);
    expect(await askAfter(10)).toBe(450);
    expect(hot.isHot('a')).toBe(true);
    expect(await askAfter(400)).toBe(450);
    expect(hot.isHot('b')).toBe(false);
  });

  test('is not hot if it is asked for often, but only while one value lasts', async () => {
    record(9000, 300);
    await clock.advance(ttlMs);
    const freshUntil = clock.now();
    for (let ask = 0; ask < 100; ask++) {
      await clock.advance(1);
      expect(hot.onExpired('a', scope, freshUntil)).toBeNull();
    }
  });

  test('that is asked for later than calls take waits, and must become hot again', async () => {
    record(9000, 300);
    for (const gapMs of [0, 0, 0]) await askAfter(gapMs);
    expect(await askAfter(450)).toBeNull();
    for (const gapMs of [0, 0]) expect(await askAfter(gapMs)).toBeNull();
    expect(await askAfter(0)).toBe(450);
  });

  test('is no longer hot after a failure', async () => {
    record(9000, 300);
    for (const gapMs of [0, 0, 0]) await askAfter(gapMs);
    hot.onFailure('a');
    expect(await askAfter(0)).toBeNull();
  });

  test('whose clock was set back waits', async () => {
    record(9000, 300);
    for (const gapMs of [0, 0, 0]) await askAfter(gapMs);
    expect(hot.onExpired('a', scope, clock.now() + 1)).toBeNull();
  });

  test('asked for once, or slowly again and again, takes no memory and never answers from before', async () => {
    record(9000, 300);
    hot = new HotKeys({ clock, maxKeys: 2 });
    for (const key of ['a', 'b']) for (const gapMs of [0, 0, 0]) await askAfter(gapMs, key);
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 50; index++) expect(await askAfter(500, `crawled ${index}`)).toBeNull();
    }
    expect([hot.isHot('a'), hot.isHot('b')]).toEqual([true, true]);
  });
});

describe('an old value answers', () => {
  beforeEach(async () => {
    for (const gapMs of [0, 0]) await askAfter(gapMs);
  });

  test('for the time that calls are assumed to take, before any was measured', async () => {
    expect(await askAfter(0)).toBe(375);
    record(9000);
    expect(await askAfter(0)).toBe(375);
  });

  test('for half as long again as the slowest of the last four calls took', async () => {
    record(9000, 800, 100, 100, 100);
    expect(await askAfter(0)).toBe(1200);
    record(100);
    expect(await askAfter(0)).toBe(150);
  });

  test('for at least a moment, so that an exchange nearby may answer a little later than usual', async () => {
    record(9000, 2);
    expect(await askAfter(0)).toBe(50);
  });

  test('for at most five seconds, however long calls take', async () => {
    record(9000, 9000);
    expect(await askAfter(0)).toBe(5000);
  });
});
