import { backoffMs } from '../../base/backoff.ts';
import { sleep } from '../../base/clock.ts';
import { MarketDataError, toMarketDataError } from '../../market/errors.ts';
import type { FetchOptions } from '../../market/ports/market-data.ts';
import type { Listening } from '../connection/bus.ts';
import type { Owner } from '../members/owners.ts';
import { readBody } from '../wire/answer-body.ts';
import { inOnePiece } from '../wire/answer-codec.ts';
import { errorCodec } from '../wire/errors.ts';
import type { Json } from '../wire/fields.ts';
import type { ExchangeQuery } from './methods/exchange-query.ts';
import type { Method } from './methods/method.ts';
import { optionsCodec } from './methods/queries.ts';
import { type Attempt, isOwner, type OtherOwner, PendingRequests } from './pending-requests.ts';
import { channels, packRequest, type Reply, unpackReply } from './protocol/messages.ts';
import type { RequestOutcome } from './protocol/request-events.ts';
import type { RequestOptions } from './protocol/request-options.ts';
import { noOwner, noReply, tooManyRequests } from './request-errors.ts';

export interface RequestClientOptions extends RequestOptions {
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
}

/** How long a caller waits. */
export interface RequestTerms {
  readonly timeoutMs: number;
  /** True if the caller waits while the exchange has no owner that can be reached. Otherwise it gets the error at once. */
  readonly waitsForOwner: boolean;
}

/** An answer of another instance; `self` if this instance owns the exchange or is alone, and must call it itself. */
export type Answered<R> =
  | { readonly kind: 'self' }
  /** `isShared` if parts of the answer are in Redis, so that the next query can look there. */
  | { readonly kind: 'answer'; readonly answer: R; readonly isShared: boolean };

/** A request as it is sent, apart from its id. */
interface Sent {
  readonly exchange: string;
  readonly method: string;
  readonly query: Json;
  readonly options: Json;
  readonly terms: RequestTerms;
  /** Epoch ms. */
  readonly deadline: number;
}

/** The end of a request without a reply. */
interface Failed {
  readonly kind: 'failed';
  readonly outcome: RequestOutcome;
  readonly error: MarketDataError;
}

/** How many requests may wait for replies. */
const maxPending = 5000;

/** Pauses between attempts, in ms: an owner that has just changed is known everywhere within milliseconds. */
const [minPauseMs, maxPauseMs] = [20, 500];

/** How long a caller that does not wait for an owner lets one be chosen, in ms. Redis does that in one step. */
const claimMs = 250;

/**
 * Asks owners of exchanges. A request reaches the owner over its channel, and the reply comes over the channel of this
 * instance. Each can get lost, and the owner can change at any time: then the request is sent again, to whoever owns the
 * exchange, until its time is over. Asking twice does no harm, because all methods only read, and because equal queries
 * share a call at the owner.
 */
export class RequestClient {
  readonly #options: RequestClientOptions;
  readonly #pending: PendingRequests;
  readonly #replies: Listening;
  readonly #stops: readonly (() => void)[];
  #waiting = 0;
  #isClosed = false;

  constructor(options: RequestClientOptions) {
    const { bus, owners, clock, channel } = options;
    this.#options = options;
    this.#pending = new PendingRequests({ owners, clock });
    this.#replies = bus.listen(channel(channels.replies(owners.instance)), (bytes) => this.#onReply(bytes));
    this.#stops = [
      owners.onChange(({ exchange }) => this.#pending.check(exchange)),
      bus.onLoss(() => this.#pending.settleAll({ kind: 'lost' })),
    ];
  }

  /** The number of requests that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Rejects with a MarketDataError: that of the owner, or one that says that no owner replied. */
  async request<Q extends ExchangeQuery, R>(
    method: Method<Q, R>,
    query: Q,
    options: FetchOptions | undefined,
    terms: RequestTerms,
  ): Promise<Answered<R>> {
    const { clock, time, events } = this.#options;
    const { exchange } = query;
    const startedAt = clock.now();
    const record = (outcome: RequestOutcome): void => events.onRequest(method.name, outcome, clock.now() - startedAt);
    if (this.#waiting >= maxPending) {
      record('overloaded');
      throw tooManyRequests(exchange);
    }
    this.#waiting += 1;
    try {
      const reply = await this.#ask({
        exchange,
        method: method.name,
        query: method.query.write(query, time),
        options: optionsCodec.write(options, time),
        terms,
        deadline: startedAt + terms.timeoutMs,
      });
      if (reply.kind === 'self') return reply;
      if (reply.kind === 'failed') {
        record(reply.outcome);
        throw reply.error;
      }
      record(reply.outcome === 'answer' ? 'answered' : 'failed');
      return await this.#read(method, reply);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** The answer. Throws the error that the owner has sent. */
  async #read<Q extends ExchangeQuery, R>(
    method: Method<Q, R>,
    { outcome, isShared, body }: Reply,
  ): Promise<Answered<R>> {
    const { time, events } = this.#options;
    try {
      if (outcome === 'answer')
        return { kind: 'answer', answer: await method.answer.read(readBody(body), time), isShared };
      throw await inOnePiece(errorCodec).read(readBody(body), time);
    } catch (error) {
      if (!(error instanceof MarketDataError)) events.onError(error);
      throw toMarketDataError(error);
    }
  }

  /** Ends all requests. */
  close(): void {
    this.#isClosed = true;
    this.#replies.close();
    for (const stop of this.#stops) stop();
    this.#pending.settleAll({ kind: 'lost' });
  }

  /** Asks until an owner replies, or the time is over. */
  async #ask(request: Sent): Promise<(Reply & { readonly kind: 'reply' }) | { readonly kind: 'self' } | Failed> {
    const { owners, clock, random, events } = this.#options;
    const { exchange, terms, deadline } = request;
    for (let failures = 0; ; failures += 1) {
      const owner = await this.#ownerOf(exchange, terms, deadline);
      const leftMs = deadline - clock.now();
      if (this.#isClosed) return { kind: 'failed', outcome: 'unreachable', error: noOwner(exchange) };
      if (owner.kind === 'self' || owner.kind === 'alone') return { kind: 'self' };
      if (owner.kind === 'none') return { kind: 'failed', outcome: 'unreachable', error: noOwner(exchange) };
      const attempt = await this.#attempt(owner, request, leftMs);
      if (attempt.kind === 'reply' && attempt.reply.outcome !== 'notOwner') return { kind: 'reply', ...attempt.reply };
      if (attempt.kind === 'late' || clock.now() >= deadline) {
        return { kind: 'failed', outcome: 'timeout', error: noReply(exchange, terms.timeoutMs) };
      }
      if (attempt.kind === 'unreachable' && !terms.waitsForOwner) {
        return { kind: 'failed', outcome: 'unreachable', error: noOwner(exchange) };
      }
      events.onRetry(attempt.kind === 'reply' ? 'not_owner' : attempt.kind);
      // With a new owner, or a connection that is back, there is nothing to wait for.
      if (attempt.kind === 'lost' || !isOwner(owner, owners.ownerOf(exchange))) continue;
      const pauseMs = backoffMs(minPauseMs, failures, maxPauseMs, random);
      await this.#pause(exchange, Math.min(pauseMs, deadline - clock.now()));
    }
  }

  async #ownerOf(exchange: string, { waitsForOwner }: RequestTerms, deadline: number): Promise<Owner> {
    const { owners, clock } = this.#options;
    const known = owners.ownerOf(exchange);
    if (known.kind !== 'none') return known;
    const leftMs = Math.max(0, deadline - clock.now());
    return owners.find(exchange, waitsForOwner ? leftMs : Math.min(claimMs, leftMs));
  }

  /** Sends the request once, and waits for the reply. */
  #attempt(owner: OtherOwner, request: Sent, leftMs: number): Promise<Attempt> {
    const { exchange } = request;
    return new Promise((resolve) => {
      const pending = this.#pending.add({ exchange, owner, timeoutMs: leftMs, onEnd: resolve });
      this.#send(owner, pending.id, request).then((isSent) => {
        if (!isSent) pending.settle({ kind: 'unreachable' });
      });
    });
  }

  /** False if the message has reached nobody. */
  async #send({ instance }: OtherOwner, id: number, request: Sent): Promise<boolean> {
    const { bus, owners, clock, time, channel } = this.#options;
    await this.#replies.ready;
    // Its time may be over by now.
    if (!this.#pending.has(id)) return true;
    const { method, query, options, deadline } = request;
    const now = clock.now();
    const terms = { sentAt: time.toShared(now), timeoutMs: deadline - now };
    const message = packRequest({ id, from: owners.instance, method, query, options, ...terms });
    try {
      const receivers = await bus.publish(channel(channels.requests(instance)), message);
      if (receivers === 0) owners.onUnreachable(instance);
      return receivers > 0;
    } catch {
      return false;
    }
  }

  #onReply(bytes: Buffer): void {
    const { owners, events } = this.#options;
    const reply = unpackReply(bytes);
    if (typeof reply === 'string') {
      events.onRefused(reply);
      return;
    }
    const pending = this.#pending.get(reply.id);
    if (pending?.exchange !== reply.exchange || pending.owner.instance !== reply.from) return;
    const isHeard = reply.outcome === 'notOwner' || owners.hear(reply.exchange, reply.from, reply.fence);
    pending.settle(isHeard ? { kind: 'reply', reply } : { kind: 'moved' });
  }

  /** Waits, at most until the owner of the exchange changes. */
  async #pause(exchange: string, ms: number): Promise<void> {
    const { owners, clock } = this.#options;
    const changed = new AbortController();
    const stop = owners.onChange((change) => {
      if (change.exchange === exchange && !isOwner(change.previous, change.owner)) changed.abort();
    });
    await sleep(clock, ms, changed.signal);
    stop();
  }
}
