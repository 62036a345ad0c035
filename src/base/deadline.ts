import type { Clock } from './clock.ts';

/**
 * The promise's outcome, or a rejection with `late()` once `limitMs` have passed. A ccxt call cannot be cancelled, so
 * a late one is abandoned: its own outcome is swallowed and its socket is freed by the HTTP guard.
 */
export function withDeadline<T>(clock: Clock, limitMs: number, promise: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(late()));
    promise.then(resolve, reject).finally(cancel);
  });
}
