import type { Clock } from '../../base/clock.ts';
import type { MarketDataError } from '../../market/errors.ts';
import type { MarketKind } from '../ccxt/market-kinds.ts';
import type { Attempt, HealthSignal } from './attempt.ts';
import type { Attempts, CcxtCall } from './attempts.ts';
import type { CallSlot, CallSlots } from './call-slots.ts';
import { CallTimer } from './call-timer.ts';
import type { HostPermit } from './circuits.ts';

/** A ccxt call that has its slot. */
export interface TimedCall<T> extends CcxtCall<T> {
  readonly kind: MarketKind | null;
  readonly permit: HostPermit;
  readonly slot: CallSlot;
  /** The latest time at which its turn in ccxt's throttle may come, epoch ms. */
  readonly turnUntil: number;
}

export interface TimedCallOptions {
  readonly clock: Clock;
  /** Deadline of a call from its turn on, in ms. */
  readonly timeoutMs: number;
  readonly attempts: Attempts;
  readonly slots: Pick<CallSlots, 'tooLate'>;
}

/**
 * Runs a call under its two limits, and releases its slot afterwards. Its turn in ccxt's throttle must come by
 * `turnUntil`, else it is OVERLOADED; its answer must come within `timeoutMs` from then on, else it is a TIMEOUT.
 */
export function runTimedCall<T>(call: TimedCall<T>, options: TimedCallOptions): Promise<T> {
  const { clock, timeoutMs, attempts, slots } = options;
  const { subject, kind, permit, slot, turnUntil } = call;
  const startedAt = clock.now();
  return new Promise((resolve, reject) => {
    const timer = new CallTimer(clock);
    let attempt: Attempt | null = null;
    let isLate = false;
    let cancelRelease = (): void => {};
    // An abandoned call continues in ccxt: the HTTP guard ends a request that was sent at about this time, and a request
    // that waits in the throttle ends when its turn comes. The call keeps its slot meanwhile, or more and more calls
    // would gather there, but not for ever.
    const abandon = (error: MarketDataError, signal: HealthSignal): void => {
      isLate = true;
      attempt?.giveUp(signal);
      cancelRelease = clock.after(timeoutMs, slot.release);
      attempts.report(error.code, clock.now() - startedAt, attempt?.hosts ?? []);
      reject(error);
    };
    const late = (): void => {
      const error = attempts.lateError(subject);
      abandon(error, attempts.signalOf(error));
    };
    const start = (isFirst: boolean): Attempt => {
      attempt = attempts.start(subject, kind, permit, {
        // The deadline begins when the call's turn comes. A retry has what is left of it.
        onWait: () => {
          const waitMs = Math.max(0, turnUntil - clock.now());
          if (isFirst) timer.set(waitMs, () => abandon(slots.tooLate(permit, subject), 'inconclusive'));
        },
        onSend: () => {
          if (!isFirst) return;
          timer.set(timeoutMs, late);
          slot.markSent();
        },
      });
      return attempt;
    };
    timer.set(timeoutMs, late);
    attempts
      .askWithRetry(call, start, { until: () => timer.endsAt, isLate: () => isLate })
      .finally(() => {
        timer.cancel();
        cancelRelease();
        slot.release();
      })
      .then(resolve, reject);
  });
}
