import type { Clock } from '../../../base/clock.ts';
import { MarketDataError } from '../../../market/errors.ts';
import type { Liquidation } from '../../../market/model/derivatives/liquidation.ts';
import type { FeedEvent } from '../feed-event.ts';
import type { ReconcileResult, Reconciler } from '../reconciler.ts';
import type { TopicRequest } from '../topic-request.ts';

export interface LiquidationMessage {
  /** Oldest first. */
  readonly liquidations: readonly Liquidation[];
  /** True if some may have come before, over an earlier connection. */
  readonly mayRepeat: boolean;
}

/** How far the clock of an exchange may be behind ours, in ms. */
const clockSkewMs = 10_000;

/** How many of the newest liquidations are remembered, so that none is sent twice. */
const maxRemembered = 1000;

/**
 * The reconciler of liquidations. Only a stream brings them: what happens while it is down is lost, because no call would
 * bring it. So there is never a gap to close, and no message is needed for readiness: a market can be without
 * liquidations for hours. It is ready while its stream is open. If the stream stays down for too long, `giveUp` ends the
 * subscribers, which otherwise would take the silence for a calm market.
 */
export class LiquidationReconciler implements Reconciler<LiquidationMessage, readonly Liquidation[]> {
  readonly hasGap = false;
  readonly dueAt = null;
  readonly since = null;
  readonly latest = [];
  readonly #request: TopicRequest;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #remembered = new Set<string>();
  #isOpen = false;
  /** True if there are subscribers that have missed something if the stream stays down. */
  #hasBeenOpen = false;
  /** Since when the stream is down, epoch ms; null while it is not known to be. */
  #downSince: number | null = null;
  #error: MarketDataError | null = null;
  #eventCount = 0;

  constructor(request: TopicRequest, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  get error(): MarketDataError | null {
    return this.#error;
  }

  get isReady(): boolean {
    return this.#isOpen;
  }

  /** Since when subscribers wait for the stream, epoch ms. */
  get waitingSince(): number | null {
    return this.#downSince;
  }

  open(): void {
    this.#isOpen = true;
    this.#hasBeenOpen = true;
    this.#downSince = null;
    this.#error = null;
  }

  interrupt(): void {
    this.#isOpen = false;
    this.#downSince ??= this.#clock.now();
  }

  fail(error: MarketDataError): readonly FeedEvent<readonly Liquidation[]>[] {
    this.#error = error;
    return [];
  }

  giveUp(): readonly FeedEvent<readonly Liquidation[]>[] {
    const { exchange, symbol } = this.#request;
    const message = `Liquidations of ${symbol} are missing: the stream of ${exchange} has been down for too long. Subscribe again.`;
    const missing = new MarketDataError('EXCHANGE_UNAVAILABLE', message, { exchange, symbol });
    const value = this.#hasBeenOpen ? missing : (this.#error ?? missing);
    this.#hasBeenOpen = false;
    return [{ key: 'error', value }];
  }

  take({ liquidations, mayRepeat }: LiquidationMessage): ReconcileResult<readonly Liquidation[]> {
    this.open();
    const unknown = mayRepeat ? liquidations.filter((each) => this.#isNew(each)) : liquidations;
    for (const each of unknown) this.#remember(each);
    if (unknown.length === 0) return { events: [], marketMoved: false };
    this.#eventCount += 1;
    return { events: [{ key: String(this.#eventCount), value: Object.freeze(unknown) }], marketMoved: true };
  }

  #isNew(liquidation: Liquidation): boolean {
    return liquidation.timestamp >= this.#startedAt - clockSkewMs && !this.#remembered.has(contentOf(liquidation));
  }

  #remember(liquidation: Liquidation): void {
    this.#remembered.add(contentOf(liquidation));
    for (const oldest of this.#remembered) {
      if (this.#remembered.size <= maxRemembered) break;
      this.#remembered.delete(oldest);
    }
  }
}

/** Exchanges give liquidations no ids. */
function contentOf({ timestamp, price, contracts, side }: Liquidation): string {
  return `${timestamp} ${price} ${contracts} ${side}`;
}
