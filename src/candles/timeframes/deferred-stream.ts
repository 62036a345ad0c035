import type { Clock } from '../../base/clock.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Stream } from '../../market/ports/market-streams.ts';

export interface DeferredStreamOptions {
  /** Finds out what to open; the function that it resolves with opens it. */
  readonly open: () => Promise<() => Stream>;
  readonly clock: Clock;
  /** Called each time `open` fails. */
  readonly onFailure: (error: MarketDataError) => void;
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
    const { open, clock, onFailure } = this.#options;
    try {
      const openNow = await open();
      if (!this.#isClosed) this.#inner = openNow();
    } catch (error) {
      if (this.#isClosed) return;
      this.#cancelRetry = clock.after(retryMs, () => void this.#begin());
      if (error instanceof MarketDataError) onFailure(error);
    }
  }
}
