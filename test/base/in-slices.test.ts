import { expect, test } from 'vitest';
import { inSlices } from '../../src/base/in-slices.ts';

function busyFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('all items are worked on in order, and the event loop gets turns in between', async () => {
  const done: number[] = [];
  let turns = 0;
  const count = setInterval(() => {
    turns += 1;
  }, 0);
  await inSlices(
    Array.from({ length: 200 }, (_, index) => index),
    (item) => {
      done.push(item);
      busyFor(0.5);
    },
  );
  clearInterval(count);
  expect(done).toEqual(Array.from({ length: 200 }, (_, index) => index));
  expect(turns).toBeGreaterThan(5);
});

test('short work takes no turn, and an error ends it', async () => {
  let isLater = false;
  setImmediate(() => {
    isLater = true;
  });
  await inSlices([1, 2, 3], () => {});
  expect(isLater).toBe(false);
  const done: number[] = [];
  const failing = inSlices([1, 2, 3], (item) => {
    if (item === 2) throw new Error('two');
    done.push(item);
  });
  await expect(failing).rejects.toThrow('two');
  expect(done).toEqual([1]);
});
