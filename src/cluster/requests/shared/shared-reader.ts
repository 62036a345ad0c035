import { LRUCache } from 'lru-cache';
import { ageOf } from '../../../base/age.ts';
import { withDeadline } from '../../../base/deadline.ts';
import type { FetchOptions } from '../../../market/ports/market-data.ts';
import { RedisUnavailable } from '../../connection/bus.ts';
import { readBody } from '../../wire/answer-body.ts';
import { MalformedMessage, readNumber, readRow } from '../../wire/fields.ts';
import { unpackFrame } from '../../wire/frame.ts';
import type { ExchangeQuery } from '../methods/exchange-query.ts';
import type { Method } from '../methods/method.ts';
import type { RequestOptions } from '../protocol/request-options.ts';
import { demandMs } from './demand.ts';
import { toSharedKey } from './shared-key.ts';

/** How long a read may take, in ms. The owner would have answered by then. */
const readMs = 50;

const maxKeys = 20_000;

/** What Redis had: the answer to some parts of a query, and the query for the rest; null if nothing is left. */
export interface SharedRead<Q, R> {
  readonly answers: readonly R[];
  readonly rest: Q | null;
}

/**
 * Finds answers that an owner has put into Redis. It looks only for what the owner has said to be there, so that nobody
 * waits for Redis in vain.
 */
export class SharedReader {
  readonly #options: Pick<RequestOptions, 'store' | 'clock' | 'time' | 'key' | 'events' | 'owners'>;
  /** The keys that have been in Redis lately, with the time when the owner said so, epoch ms. */
  readonly #keys = new LRUCache<string, number>({ max: maxKeys });

  constructor(options: Pick<RequestOptions, 'store' | 'clock' | 'time' | 'key' | 'events' | 'owners'>) {
    this.#options = options;
  }

  /** Called when the owner has said that it shares parts of the answer to a query. */
  onShared<Q extends ExchangeQuery, R>(method: Method<Q, R>, query: Q): void {
    const { clock, time } = this.#options;
    for (const part of method.sharing?.split(query) ?? []) {
      this.#keys.set(toSharedKey(method, part, time), clock.now());
    }
  }

  /** Never rejects. */
  async read<Q extends ExchangeQuery, R>(
    method: Method<Q, R>,
    query: Q,
    options: FetchOptions | undefined,
  ): Promise<SharedRead<Q, R>> {
    const { clock, store, time, key, events, owners } = this.#options;
    const nothing = { answers: [], rest: query };
    const { sharing } = method;
    const owner = owners.ownerOf(query.exchange);
    if (!sharing || options?.maxAgeMs === 0 || owner.kind !== 'other') return nothing;
    const parts = sharing.split(query).map((part) => ({ part, key: toSharedKey(method, part, time) }));
    const known = parts.filter((part) => clock.now() - (this.#keys.get(part.key) ?? 0) < demandMs);
    if (known.length === 0) return nothing;
    let values: readonly (Buffer | null)[];
    try {
      const reading = store.get(known.map((part) => key(part.key)));
      values = await withDeadline(clock, readMs, reading, () => new RedisUnavailable('Redis did not answer in time'));
    } catch {
      events.onShared('read_failed');
      return nothing;
    }
    const answers: R[] = [];
    const found = new Set<string>();
    for (const [index, { key: name }] of known.entries()) {
      const answer = await this.#toAnswer(method, values[index] ?? null, owner.fence, options);
      events.onShared(answer === null ? 'miss' : 'hit');
      if (answer === null) continue;
      answers.push(answer);
      found.add(name);
    }
    const left = parts.flatMap((part) => (found.has(part.key) ? [] : [part.part]));
    return { answers, rest: left.length === 0 ? null : sharing.unite(query, left) };
  }

  /** The answer; null if there is none, or if it is from a former owner, too old, or cannot be read. */
  async #toAnswer<Q extends ExchangeQuery, R>(
    { answer: codec, sharing }: Method<Q, R>,
    value: Buffer | null,
    fence: number,
    options: FetchOptions | undefined,
  ): Promise<R | null> {
    const { clock, time, events } = this.#options;
    if (!value) return null;
    try {
      const frame = unpackFrame(value);
      if (frame.kind !== 'message') return null;
      const [writtenBy, usefulUntil] = readRow(frame.header);
      if (readNumber(writtenBy) !== fence || time.toLocal(readNumber(usefulUntil)) <= clock.now()) return null;
      const answer = await codec.read(readBody(frame.body), time);
      if (options?.maxAgeMs === undefined) return answer;
      const receivedAt = sharing?.receivedAt(answer) ?? null;
      return receivedAt !== null && ageOf(receivedAt, clock.now()) < options.maxAgeMs ? answer : null;
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      events.onRefused('malformed');
      return null;
    }
  }
}
