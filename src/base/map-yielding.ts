import { setImmediate as nextTurn } from 'node:timers/promises';

/** How many errors are mapped in one turn of the event loop. Each takes about 5 µs. */
const maxPerTurn = 1000;

/** Maps the errors of an answer. If there are thousands, the event loop gets a turn in between. */
export async function mapYielding<T, R>(errors: readonly T[], map: (error: T) => R): Promise<readonly R[]> {
  const mapped: R[] = [];
  for (const error of errors) {
    if (mapped.length > 0 && mapped.length % maxPerTurn === 0) await nextTurn();
    mapped.push(map(error));
  }
  return mapped;
}
