export type ReadinessState = 'starting' | 'ready' | 'stopping';

/** Whether traffic should come here. It goes one way: what is stopping never gets ready again. */
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
