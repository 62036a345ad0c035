import type { MarketDataError } from '../../market/errors.ts';

/**
 * Knows whether a subscription has started. It has started once an event has arrived, or once one of its sources works
 * but has nothing to send yet. Until then, this class remembers why no event has arrived and which sources will not
 * work soon. If no source will, waiting is useless.
 */
export class SubscriptionStart {
  #sources: number;
  /** Sources that fail and will not work again soon. */
  readonly #hopeless = new Set<object>();
  #hasStarted = false;
  #hasEnded = false;
  #error: MarketDataError | null = null;
  #onSettled: (() => void) | null = null;

  constructor(sources: number) {
    this.#sources = sources;
  }

  /** Why the subscription has ended, or why no event has arrived before the start; null if no reason is known. */
  get error(): MarketDataError | null {
    return this.#error;
  }

  /** Resolves when the subscription has started. Rejects with the reason if it ends before that. */
  async whenReady(): Promise<void> {
    if (!this.#hasStarted && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#onSettled = resolve;
      });
    }
    if (!this.#hasStarted && this.#error) throw this.#error;
  }

  /** Called when a source works. */
  onReady(): void {
    if (this.#hasStarted || this.#hasEnded) return;
    this.#hasStarted = true;
    this.#error = null;
    this.#hopeless.clear();
    this.#settle();
  }

  /** Called when a source has failed. True if no source is left that might work soon. */
  onFailure(source: object, error: MarketDataError, isHopeless: boolean): boolean {
    if (this.#hasStarted || this.#hasEnded) return false;
    this.#error = error;
    if (isHopeless) this.#hopeless.add(source);
    else this.#hopeless.delete(source);
    return this.#hopeless.size >= this.#sources;
  }

  /** Called when a source has ended. True if it was the last one. */
  onSourceEnd(source: object): boolean {
    this.#sources -= 1;
    this.#hopeless.delete(source);
    return this.#sources <= 0;
  }

  /** Called when the subscription has ended, perhaps with an error. */
  onEnd(error: MarketDataError | null = null): void {
    this.#error = error ?? this.#error;
    this.#hasEnded = true;
    this.#hopeless.clear();
    this.#settle();
  }

  #settle(): void {
    this.#onSettled?.();
    this.#onSettled = null;
  }
}
