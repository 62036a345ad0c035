import type { MarketDataError } from '../../market/errors.ts';

/**
 * Whether a subscription has started: something has come, or one of its sources works and has nothing to send yet. Until
 * then it remembers why nothing has come, and which sources will not work soon: when none will, there is no use in waiting.
 */
export class SubscriptionStart {
  #sources: number;
  /** Sources that fail in a way that will not pass soon. */
  readonly #hopeless = new Set<object>();
  #hasStarted = false;
  #hasEnded = false;
  #error: MarketDataError | null = null;
  #onSettled: (() => void) | null = null;

  constructor(sources: number) {
    this.#sources = sources;
  }

  /** Why the subscription has ended, or, before it has started, why nothing has come so far; null where nothing is known. */
  get error(): MarketDataError | null {
    return this.#error;
  }

  /** Resolves when the subscription has started. Rejects with the reason if it ends before. */
  async whenReady(): Promise<void> {
    if (!this.#hasStarted && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#onSettled = resolve;
      });
    }
    if (!this.#hasStarted && this.#error) throw this.#error;
  }

  /** A source works. */
  onReady(): void {
    if (this.#hasStarted || this.#hasEnded) return;
    this.#hasStarted = true;
    this.#error = null;
    this.#hopeless.clear();
    this.#settle();
  }

  /** A source has failed. True when no source is left that may work soon. */
  onFailure(source: object, error: MarketDataError, isHopeless: boolean): boolean {
    if (this.#hasStarted || this.#hasEnded) return false;
    this.#error = error;
    if (isHopeless) this.#hopeless.add(source);
    else this.#hopeless.delete(source);
    return this.#hopeless.size >= this.#sources;
  }

  /** A source has ended. True when it was the last one. */
  onSourceEnd(source: object): boolean {
    this.#sources -= 1;
    this.#hopeless.delete(source);
    return this.#sources <= 0;
  }

  /** The subscription has ended, perhaps with an error. */
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
