import { Store } from '../base/store.ts';

/** The state of the WebSocket. `lost` says since when, in epoch ms of the browser's clock. */
export type ConnectionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'lost'; readonly since: number };

/** Follows the WebSocket: all live values of the page are old while it is lost. */
export class Connection {
  readonly state = new Store<ConnectionState>({ kind: 'idle' });

  connecting(): void {
    if (this.state.get().kind !== 'lost') this.state.set({ kind: 'connecting' });
  }

  connected(): void {
    this.state.set({ kind: 'connected' });
  }

  /** The socket has closed. It is idle if nobody needed it any more. */
  closed(isWanted: boolean): void {
    if (!isWanted) this.state.set({ kind: 'idle' });
    else if (this.state.get().kind !== 'lost') this.state.set({ kind: 'lost', since: Date.now() });
  }
}
