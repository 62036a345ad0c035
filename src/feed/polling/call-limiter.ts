import pLimit, { type LimitFunction } from 'p-limit';
import { marketKind } from '../../market/market-ref.ts';
import type { CallKind } from '../reconcile/reconciler.ts';
import type { TopicRequest } from '../reconcile/topic-request.ts';

/** Few, since in ccxt's throttle a query waits behind them. */
const parallelCalls = 2;

/**
 * Limits how many calls for single markets run at a time, for each exchange, kind of market and kind of call: polls do not
 * keep new subscribers waiting, and calls that hang hold up no other kind of market.
 */
export class CallLimiter {
  readonly #limits = new Map<string, LimitFunction>();

  /** Makes the call when it may begin. */
  run<T>({ exchange, symbol }: TopicRequest, kind: CallKind, call: () => Promise<T>): Promise<T> {
    const key = `${exchange} ${marketKind(symbol)} ${kind}`;
    const limit = this.#limits.get(key) ?? pLimit(parallelCalls);
    this.#limits.set(key, limit);
    return limit(call);
  }
}
