export type ReadinessState = 'starting' | 'ready' | 'stopping';

/** Knows whether this server should receive traffic. A server that is stopping never becomes ready again. */
export class Readiness {
  #state: ReadinessState = 'starting';

  get state(): ReadinessState {
    return this.#state;
  }

  markReady(): void {
    if (this.#state === 'starting') this.#state = 'ready';
  }

  markStopping(): void {
    this.#state = 'stopping';
  }
}
