import type { Fresh } from '../../market/model/fresh.ts';
import type { FetchOptions } from '../../market/ports/market-data.ts';
import type { ExchangeQuery } from './methods/exchange-query.ts';
import type { Method } from './methods/method.ts';
import type { RequestOptions } from './protocol/request-options.ts';
import type { RequestClient } from './request-client.ts';
import type { SharedReader } from './shared/shared-reader.ts';

export interface RemoteQueriesOptions extends Pick<RequestOptions, 'owners' | 'clock'> {
  readonly client: RequestClient;
  readonly reader: SharedReader;
  /** How long a query waits for the answer of another instance, in ms. */
  readonly timeoutMs: number;
  /** How long it waits until an instance owns the exchange, in ms; `timeoutMs` by default. */
  readonly ownerTimeoutMs?: number;
}

/** A value that is due for renewal can be reused for this long, in ms: a cache keeps one whose time is over as long as any. */
const minReuseMs = 20;

/** Queries that the owner of the exchange answers: this instance itself, or another one. */
export class RemoteQueries {
  readonly #options: RemoteQueriesOptions;

  constructor(options: RemoteQueriesOptions) {
    this.#options = options;
  }

  /** True if this instance calls the exchange itself. */
  isLocal(exchange: string): boolean {
    const { kind } = this.#options.owners.ownerOf(exchange);
    return kind === 'self' || kind === 'alone';
  }

  /** The answer of `local` if this instance calls the exchange, or else that of Redis, or else that of the owner. */
  ask<Q extends ExchangeQuery, R>(
    method: Method<Q, R>,
    query: Q,
    options: FetchOptions | undefined,
    local: () => Promise<R>,
  ): Promise<R> {
    return this.#ask(method, query, options, local, (answer) => answer);
  }

  /** The same for an answer that says until when it is fresh. */
  askFresh<Q extends ExchangeQuery, V>(
    method: Method<Q, Fresh<V>>,
    query: Q,
    options: FetchOptions | undefined,
    local: () => Promise<Fresh<V>>,
  ): Promise<Fresh<V>> {
    return this.#ask(method, query, options, local, ({ value, freshUntil }) => {
      const reusableUntil = this.#options.clock.now() + minReuseMs;
      return { value, freshUntil: freshUntil === 0 ? 0 : Math.max(freshUntil, reusableUntil) };
    });
  }

  async #ask<Q extends ExchangeQuery, R>(
    method: Method<Q, R>,
    query: Q,
    options: FetchOptions | undefined,
    local: () => Promise<R>,
    receive: (answer: R) => R,
  ): Promise<R> {
    if (this.isLocal(query.exchange)) return local();
    const { client, reader, timeoutMs, ownerTimeoutMs = timeoutMs } = this.#options;
    const { answers, rest } = await reader.read(method, query, options);
    const { sharing } = method;
    if (!rest && sharing) return receive(sharing.join(answers));
    const asked = rest ?? query;
    const answered = await client.request(method, asked, options, { timeoutMs, waitsForOwner: true, ownerTimeoutMs });
    if (answered.kind === 'self') return local();
    if (answered.isShared) reader.onShared(method, asked);
    return receive(sharing && answers.length > 0 ? sharing.join([...answers, answered.answer]) : answered.answer);
  }
}
