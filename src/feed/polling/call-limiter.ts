import pLimit, { type LimitFunction } from 'p-limit';
import { marketKind } from '../../market/market-ref.ts';
import type { CallKind } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';

/** A small number, because queries wait behind these calls in ccxt's throttle. */
const parallelCalls = 2;

/**
 * Limits how many calls for single markets run at the same time, for each exchange, kind of market and kind of call. So
 * polls do not keep new subscribers waiting, and calls that hang do not delay other kinds of markets.
 */
export class CallLimiter {
  readonly #limits = new Map<string, LimitFunction>();

  /** Makes the call as soon as the limit allows it. */
  run<T>({ exchange, symbol }: TopicRequest, kind: CallKind, call: () => Promise<T>): Promise<T> {
    const key = `${exchange} ${marketKind(symbol)} ${kind}`;
    const limit = this.#limits.get(key) ?? pLimit(parallelCalls);
    this.#limits.set(key, limit);
    return limit(call);
  }
}
