import type { EncodedPayload } from '../../server/fanout/encoded-payload.ts';
import { GroupSubscription, type SubscriptionHost } from '../../server/fanout/group-subscription.ts';
import type { Output } from '../terminal/output.ts';
import { parseWatchEvent, type WatchEvent } from './watched-ticker.ts';

export interface TickerSubscriptionOptions {
  /** While it is full, only the newest event of each market waits. */
  readonly out: Pick<Output, 'isFull' | 'isClosed'>;
  readonly onEvent: (event: WatchEvent) => void;
  readonly onEnd: () => void;
}

/** A subscription whose events are shown on this terminal. */
export class TickerSubscription extends GroupSubscription {
  readonly #options: TickerSubscriptionOptions;

  constructor(host: SubscriptionHost, options: TickerSubscriptionOptions) {
    super(host);
    this.#options = options;
  }

  protected override get isFull(): boolean {
    return this.#options.out.isFull;
  }

  protected override write({ json }: EncodedPayload): boolean {
    if (this.#options.out.isClosed) return false;
    this.#options.onEvent(parseWatchEvent(json));
    return true;
  }

  protected override onEnded(): void {
    this.#options.onEnd();
  }
}
