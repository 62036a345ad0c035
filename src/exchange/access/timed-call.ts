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
 * `turnUntil`; otherwise the call fails with OVERLOADED. Its answer must come within `timeoutMs` from then on;
 * otherwise the call fails with TIMEOUT.
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
    // An abandoned call continues in ccxt. If its request was sent, the HTTP guard ends it at about this time. If it
    // waits in the throttle, it ends when its turn comes. It keeps its slot for one more deadline; otherwise more and
    // more calls would gather in the throttle.
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
        // The deadline begins when the call's turn comes. A retry gets only the remaining time.
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
