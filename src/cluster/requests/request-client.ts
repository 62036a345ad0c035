import { backoffMs } from '../../base/backoff.ts';
import { sleep } from '../../base/clock.ts';
import { MarketDataError, toMarketDataError } from '../../market/errors.ts';
import type { FetchOptions } from '../../market/ports/market-data.ts';
import type { Owner } from '../members/owners.ts';
import { readBody } from '../wire/answer-body.ts';
import { inOnePiece } from '../wire/answer-codec.ts';
import { errorCodec } from '../wire/errors.ts';
import type { ExchangeQuery } from './methods/exchange-query.ts';
import type { Method } from './methods/method.ts';
import { optionsCodec } from './methods/queries.ts';
import { isOwner } from './pending-requests.ts';
import type { Reply } from './protocol/messages.ts';
import type { RequestOutcome } from './protocol/request-events.ts';
import type { RequestOptions } from './protocol/request-options.ts';
import { noOwner, noReply, tooManyRequests } from './request-errors.ts';
import { RequestSender, type SentRequest } from './request-sender.ts';

export interface RequestClientOptions extends RequestOptions {
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
}

/** How long a caller waits. */
export interface RequestTerms {
  readonly timeoutMs: number;
  /** True if the caller waits while the exchange has no owner that can be reached. Otherwise it gets the error at once. */
  readonly waitsForOwner: boolean;
  /** How long it waits until an instance becomes the owner, in ms; `timeoutMs` by default. */
  readonly ownerTimeoutMs?: number;
}

/** An answer of another instance; `self` if this instance owns the exchange or is alone, and must call it itself. */
export type Answered<R> =
  | { readonly kind: 'self' }
  /** `isShared` if parts of the answer are in Redis, so that the next query can look there. */
  | { readonly kind: 'answer'; readonly answer: R; readonly isShared: boolean };

/** A request, and until when its sender waits. */
interface Asked extends SentRequest {
  readonly terms: RequestTerms;
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
  readonly #sender: RequestSender;
  #waiting = 0;
  #isClosed = false;

  constructor(options: RequestClientOptions) {
    this.#options = options;
    this.#sender = new RequestSender(options);
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
    this.#sender.close();
  }

  /** Asks until an owner replies, or the time is over. */
  async #ask(request: Asked): Promise<(Reply & { readonly kind: 'reply' }) | { readonly kind: 'self' } | Failed> {
    const { owners, clock, random, events } = this.#options;
    const { exchange, terms, deadline } = request;
    for (let failures = 0; ; failures += 1) {
      const owner = await this.#ownerOf(exchange, terms, deadline);
      const leftMs = deadline - clock.now();
      if (this.#isClosed) return { kind: 'failed', outcome: 'unreachable', error: noOwner(exchange) };
      if (owner.kind === 'self' || owner.kind === 'alone') return { kind: 'self' };
      if (owner.kind === 'none') return { kind: 'failed', outcome: 'unreachable', error: noOwner(exchange) };
      const attempt = await this.#sender.send(owner, request, leftMs);
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

  async #ownerOf(exchange: string, terms: RequestTerms, deadline: number): Promise<Owner> {
    const { owners, clock } = this.#options;
    const known = owners.ownerOf(exchange);
    if (known.kind !== 'none') return known;
    const leftMs = Math.max(0, deadline - clock.now());
    const { waitsForOwner, ownerTimeoutMs = leftMs } = terms;
    return owners.find(exchange, Math.min(leftMs, waitsForOwner ? ownerTimeoutMs : claimMs));
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
