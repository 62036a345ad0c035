import { Store } from '../base/store.ts';

/** Whether the server wants a key, and the sentence with which it refused the last request. */
export type AccessState = { readonly kind: 'open' } | { readonly kind: 'refused'; readonly reason: string };

const storageKey = 'tickql.key';

/** The API key. Only this tab keeps it: session storage is gone with the tab, and no other tab can read it. */
export class Access {
  readonly state = new Store<AccessState>({ kind: 'open' });
  #key = sessionStorage.getItem(storageKey);

  /** The value of the header Authorization and of its counterpart in connection_init; null without a key. */
  get authorization(): string | null {
    return this.#key === null ? null : `Bearer ${this.#key}`;
  }

  /** The server has refused a request because of its key. */
  refuse(reason: string): void {
    this.state.set({ kind: 'refused', reason });
  }

  /** Uses this key from now on. */
  enter(key: string): void {
    this.#key = key;
    sessionStorage.setItem(storageKey, key);
    this.state.set({ kind: 'open' });
  }
}
