import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one slice may take, in ms. */
const sliceMs = 4;

/** After so many items, the time is checked: reading the clock costs about as much as a small piece of work. */
const itemsPerCheck = 8;

/** Does the work for each item, in slices of a few milliseconds between which the event loop gets a turn. */
export async function inSlices<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let startedAt = performance.now();
  let count = 0;
  for (const item of items) {
    work(item);
    count += 1;
    if (count % itemsPerCheck !== 0 || performance.now() - startedAt < sliceMs) continue;
    await nextTurn();
    startedAt = performance.now();
  }
}
