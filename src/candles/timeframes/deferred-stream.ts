import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Stream } from '../../market/ports/market-streams.ts';

export interface DeferredStreamOptions {
  /** Finds out what to open; the function that it resolves with opens it. */
  readonly open: () => Promise<() => Stream>;
  readonly clock: Clock;
  /** Called each time `open` fails, and if what it opens can push nothing at the moment. */
  readonly onInterrupted: (error: MarketDataError) => void;
}

/** How long to wait after a failure before `open` is called again, in ms. */
const retryMs = 5000;

/** A stream that is opened as soon as it is known what to open. */
export class DeferredStream implements Stream {
  readonly #options: DeferredStreamOptions;
  #inner: Stream | null = null;
  #isClosed = false;
  #cancelRetry = (): void => {};

  constructor(options: DeferredStreamOptions) {
    this.#options = options;
    void this.#begin();
  }

  /** True until it is known what to open: the stream is being connected. */
  get isOffered(): boolean {
    return this.#inner?.isOffered !== false;
  }

  redial(missed: boolean): void {
    // A stream that is not open yet is being connected for the first time.
    this.#inner?.redial(missed);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
    this.#inner?.close();
  }

  async #begin(): Promise<void> {
    const { open, clock, onInterrupted } = this.#options;
    try {
      const openNow = await open();
      if (this.#isClosed) return;
      this.#inner = openNow();
      if (!this.isOffered)
        onInterrupted(new MarketDataError('EXCHANGE_UNAVAILABLE', 'Nothing is pushed at the moment.'));
    } catch (error) {
      if (this.#isClosed) return;
      this.#cancelRetry = clock.after(retryMs, () => void this.#begin());
      if (error instanceof MarketDataError) onInterrupted(error);
    }
  }
}
