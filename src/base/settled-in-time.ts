import { type Clock, sleep } from './clock.ts';

/**
 * The outcome of each promise, in their order; null for one that is late. Those that have not settled after `waitMs` are
 * not waited for, so that one that hangs does not delay the others. If none has succeeded by then, waiting ends with the
 * first that does, or once all have failed: until then nobody is delayed.
 */
export async function settledInTime<T>(
  clock: Clock,
  waitMs: number,
  promises: readonly Promise<T>[],
): Promise<readonly (PromiseSettledResult<T> | null)[]> {
  const outcomes: (PromiseSettledResult<T> | null)[] = promises.map(() => null);
  const all = promises.map(async (promise, index) => {
    const [outcome = null] = await Promise.allSettled([promise]);
    outcomes[index] = outcome;
  });
  const timer = new AbortController();
  const first = Promise.any(promises).catch(() => {});
  await Promise.race([Promise.all(all), Promise.all([first, sleep(clock, waitMs, timer.signal)])]);
  timer.abort();
  return [...outcomes];
}
