import type { Clock } from '../../../base/clock.ts';
import { toMarketKey } from '../../../market/market-ref.ts';
import { type FundingRate, isSameFundingRate } from '../../../market/model/derivatives/funding-rate.ts';
import { LatestReconciler } from '../latest-reconciler.ts';
import type { MessageSource, ReconcileResult } from '../reconciler.ts';
import type { TopicRequest } from '../topic-request.ts';

/** How long after a payment a call knows the next one, in ms. */
const paymentMs = 5000;

/**
 * The reconciler of funding rates. Some streams leave out what calls bring: the length of an interval and the time of
 * the next payment. These are kept from the last call until that payment. Then a call is due, even if the stream works:
 * exchanges change intervals.
 */
export class FundingRateReconciler extends LatestReconciler<FundingRate> {
  #known: FundingRate | null = null;
  #dueAt: number | null = null;

  constructor(request: TopicRequest, clock: Clock, staleMaxMs: number) {
    super({
      key: toMarketKey(request),
      clock,
      staleMaxMs,
      toValue: (rate) => rate,
      isSame: isSameFundingRate,
      // Some streams send only what has been decided, so a change that a poll brings does not show that one is broken.
      hasMoved: () => false,
    });
  }

  override get dueAt(): number | null {
    return this.#dueAt;
  }

  override take(message: FundingRate, source: MessageSource): ReconcileResult<FundingRate> {
    const { nextFundingTime } = message;
    const isStreamed = source === 'stream';
    if (!isStreamed) this.#dueAt = nextFundingTime === null ? null : nextFundingTime + paymentMs;
    else if (nextFundingTime !== null) this.#dueAt = null;
    this.#known = isStreamed && this.#known ? complete(message, this.#known) : message;
    return super.take(this.#known, source);
  }
}

/** Adds to a streamed rate what it leaves out and what is certain from the one before. */
function complete(rate: FundingRate, known: FundingRate): FundingRate {
  const isAhead = known.nextFundingTime !== null && known.nextFundingTime > rate.receivedAt;
  const nextFundingTime = rate.nextFundingTime ?? (isAhead ? known.nextFundingTime : null);
  const intervalMs = rate.intervalMs ?? (isOnSchedule(nextFundingTime, known) ? known.intervalMs : null);
  return Object.freeze({ ...rate, nextFundingTime, intervalMs });
}

/** True if the next payment comes when it should by the known interval, so that the interval has not changed. */
function isOnSchedule(
  nextFundingTime: number | null,
  { nextFundingTime: knownTime, intervalMs }: FundingRate,
): boolean {
  if (nextFundingTime === null || knownTime === null) return nextFundingTime === knownTime;
  return intervalMs !== null && (nextFundingTime - knownTime) % intervalMs === 0;
}
