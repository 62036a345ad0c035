import { Saved } from '../base/saved.ts';
import { Store } from '../base/store.ts';

/** Whether the server wants a key, and the sentence with which it refused the last request. */
export type AccessState = { readonly kind: 'open' } | { readonly kind: 'refused'; readonly reason: string };

/** The API key. Only this tab keeps it: session storage is gone with the tab, and no other tab can read it. */
export class Access {
  readonly state = new Store<AccessState>({ kind: 'open' });
  readonly #saved: Saved<string>;
  #key: string | null;

  constructor(open: () => Storage = () => sessionStorage) {
    this.#saved = new Saved('key', (value) => (typeof value === 'string' ? value : null), open);
    this.#key = this.#saved.read();
  }

  /** The value of the header Authorization and of its counterpart in connection_init; null without a key. */
  get authorization(): string | null {
    return this.#key === null ? null : `Bearer ${this.#key}`;
  }

  /**
   * The server has refused a request with this authorization, which says nothing about a key that came since. Without a
   * reason, as from a WebSocket, the sentence of an earlier refusal stays.
   */
  refuse(authorization: string | null, reason?: string): void {
    if (authorization !== this.authorization) return;
    const last = this.state.get();
    const said = last.kind === 'refused' ? last.reason : 'The server gives live data only for a valid API key.';
    this.state.set({ kind: 'refused', reason: reason || said });
  }

  /** Uses this key from now on. */
  enter(key: string): void {
    this.#key = key;
    this.#saved.write(key);
    this.state.set({ kind: 'open' });
  }

  /** Forgets the key. What it has opened already stays open until the page is loaded again. */
  forget(): void {
    this.#key = null;
    this.#saved.remove();
  }
}
