import type { Clock } from './clock.ts';

/**
 * Settles like the promise, or rejects with `toError()` once `timeoutMs` have passed. A ccxt call cannot be cancelled, so
 * a late call is abandoned: its outcome is ignored, and the HTTP guard frees its socket.
 */
export function withDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  promise: Promise<T>,
  toError: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => reject(toError()));
    promise.then(resolve, reject).finally(cancel);
  });
}
