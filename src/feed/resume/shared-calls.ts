/**
 * Shares one call among all that want the same data at the same time. A call that is already running is not shared,
 * because its answer can lack what has happened since it began.
 */
export class SharedCalls<T> {
  readonly #running = new Map<string, Promise<T>>();
  readonly #following = new Map<string, Promise<T>>();

  /** Resolves with the answer of a call for this key that begins now, or after the call that is already running. */
  run(key: string, call: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (!running) return this.#start(key, call);
    const known = this.#following.get(key);
    if (known) return known;
    const start = (): Promise<T> => {
      this.#following.delete(key);
      return this.run(key, call);
    };
    const following = running.then(start, start);
    this.#following.set(key, following);
    return following;
  }

  #start(key: string, call: () => Promise<T>): Promise<T> {
    const running = call().finally(() => {
      this.#running.delete(key);
    });
    this.#running.set(key, running);
    return running;
  }
}
