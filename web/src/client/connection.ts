import { Store } from '../base/store.ts';

/** The state of the WebSocket. */
export type ConnectionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'lost';
      /** When the server was last heard, in epoch ms by the browser's clock. */
      readonly since: number;
      /** A sentence that says what is known about the cause. */
      readonly reason: string;
    };

/** Follows the WebSocket: all live values of the page are old while it is lost. */
export class Connection {
  readonly state = new Store<ConnectionState>({ kind: 'idle' });
  readonly #now: () => number;
  #heardAt: number | null = null;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  connecting(): void {
    if (this.state.get().kind !== 'lost') this.state.set({ kind: 'connecting' });
  }

  connected(): void {
    this.heard();
    this.state.set({ kind: 'connected' });
  }

  /** Something has come from the server. A connection that dies silently is noticed only later. */
  heard(): void {
    this.#heardAt = this.#now();
  }

  /** The socket has closed although it is needed, or could not be opened. With null, `explain` brings the reason. */
  lost(reason: string | null): void {
    const last = this.state.get();
    const before =
      last.kind === 'lost'
        ? last
        : { since: this.#heardAt ?? this.#now(), reason: 'There is no connection to the server.' };
    this.state.set({ kind: 'lost', since: before.since, reason: reason ?? before.reason });
  }

  /** More is known about why the socket is lost, if it still is. */
  explain(reason: string): void {
    const last = this.state.get();
    if (last.kind === 'lost') this.state.set({ ...last, reason });
  }

  /** The socket has closed because nothing needs it. */
  closed(): void {
    this.#heardAt = null;
    this.state.set({ kind: 'idle' });
  }
}
