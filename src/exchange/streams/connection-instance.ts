import type { StreamInstance } from '../clients/stream-instance.ts';

/** The ccxt instance of a connection: opened on first use, discarded after a failure, and then opened again. */
export class ConnectionInstance {
  readonly #openInstance: () => Promise<StreamInstance>;
  readonly #onError: (error: unknown) => void;
  readonly #closing = new Set<Promise<void>>();
  #current: Promise<StreamInstance> | null = null;
  #isOpen = false;

  constructor(openInstance: () => Promise<StreamInstance>, onError: (error: unknown) => void) {
    this.#openInstance = openInstance;
    this.#onError = onError;
  }

  /** The instance, open or opening; null if there is none. */
  get current(): Promise<StreamInstance> | null {
    return this.#current;
  }

  open(): Promise<StreamInstance> {
    this.#current ??= this.#openInstance();
    return this.#current;
  }

  /** The instance has opened: from now on `closed` waits for its sockets. */
  markOpen(opening: Promise<StreamInstance>): void {
    if (this.#current === opening) this.#isOpen = true;
  }

  /** Closes an instance, unless it was discarded before. If it is not open yet, it has no socket to wait for. */
  discard(opening: Promise<StreamInstance>): void {
    if (this.#current !== opening) return;
    this.#current = null;
    const closed = opening
      .then((instance) => instance.close())
      .catch(this.#onError)
      .finally(() => this.#closing.delete(closed));
    if (this.#isOpen) this.#closing.add(closed);
    this.#isOpen = false;
  }

  /** Discards the current instance. Resolves when all sockets are closed. */
  async close(): Promise<void> {
    if (this.#current) this.discard(this.#current);
    await Promise.all(this.#closing);
  }
}
