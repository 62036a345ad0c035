/** Calls that those share who want the same at the same time: no answer is from a call that was made before it was wanted. */
export class SharedCalls<T> {
  readonly #running = new Map<string, Promise<T>>();
  readonly #following = new Map<string, Promise<T>>();

  /** The answer of a call of this key that begins now, or after the one that is running. */
  run(key: string, call: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (!running) return this.#start(key, call);
    const known = this.#following.get(key);
    if (known) return known;
    const start = (): Promise<T> => {
      this.#following.delete(key);
      return this.#start(key, call);
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
