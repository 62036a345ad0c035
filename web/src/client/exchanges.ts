import type { Client } from 'urql';
import { Store } from '../base/store.ts';
import { toFailure } from './error-text.ts';
import { ExchangesDocument, type ExchangesQuery } from './exchanges.graphql.ts';

/** An exchange of the server. */
export type ExchangeInfo = ExchangesQuery['exchanges'][number];

/** The exchanges of the server. They do not change while it runs. */
export class Exchanges {
  /** By id, in the order of the server; null until they are loaded. */
  readonly byId = new Store<ReadonlyMap<string, ExchangeInfo> | null>(null);
  readonly #client: Client;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Loads them, and tries again while that makes sense. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    const { data, error } = await this.#client.query(ExchangesDocument, {}).toPromise();
    if (data) this.byId.set(new Map(data.exchanges.map((exchange) => [exchange.id, exchange])));
    const waitMs = !data && error ? toFailure(error).retryAfterMs : null;
    if (waitMs !== null) this.#timer = setTimeout(() => void this.load(), waitMs);
  }
}
