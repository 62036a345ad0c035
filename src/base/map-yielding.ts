import { setImmediate as nextTurn } from 'node:timers/promises';

/** Of errors, which take some 5 µs each. */
const perTurn = 1000;

/** What `map` makes of each error of an answer; where there are thousands, others have their turn in between. */
export async function mapYielding<T, R>(errors: readonly T[], map: (error: T) => R): Promise<readonly R[]> {
  const mapped: R[] = [];
  for (const error of errors) {
    if (mapped.length > 0 && mapped.length % perTurn === 0) await nextTurn();
    mapped.push(map(error));
  }
  return mapped;
}
