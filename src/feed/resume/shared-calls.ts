/**
 * Calls shared by all that want the same at the same time. Nobody receives the answer of a call that began before it was
 * wanted, which may lack what has happened since.
 */
export class SharedCalls<T> {
  readonly #running = new Map<string, Promise<T>>();
  readonly #following = new Map<string, Promise<T>>();

  /** The answer of a call for this key that begins now, or when the one that is running has ended. */
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
