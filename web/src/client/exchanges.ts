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

  constructor(client: Client) {
    this.#client = client;
  }

  /** Loads them, and tries again until it succeeds. */
  async load(): Promise<void> {
    const { data, error } = await this.#client.query(ExchangesDocument, {}).toPromise();
    if (data) this.byId.set(new Map(data.exchanges.map((exchange) => [exchange.id, exchange])));
    else setTimeout(() => void this.load(), (error && toFailure(error).retryAfterMs) ?? 5_000);
  }
}
