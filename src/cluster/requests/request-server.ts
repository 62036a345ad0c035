import { MarketDataError, toMarketDataError } from '../../market/errors.ts';
import { type Listening, RedisUnavailable } from '../connection/bus.ts';
import { writeBody } from '../wire/answer-body.ts';
import { errorCodec } from '../wire/errors.ts';
import { MalformedMessage } from '../wire/fields.ts';
import { MarketVersions } from './methods/market-versions.ts';
import type { ServedData } from './methods/method.ts';
import { channels, packReply, type ReplyOutcome, type Request, unpackRequest } from './protocol/messages.ts';
import type { ServedOutcome } from './protocol/request-events.ts';
import type { RequestOptions } from './protocol/request-options.ts';
import { tooManyRequests } from './request-errors.ts';
import { createServedMethods, type ServedAnswer, type ServedCall, type ServedMethod } from './served-methods.ts';
import { SharedWriter } from './shared/shared-writer.ts';

export interface RequestServerOptions extends RequestOptions {
  readonly data: ServedData;
  /** How many requests may run at once. More are refused with OVERLOADED. */
  readonly maxRunning?: number;
}

/** What became of a request, and what the reply says. */
interface Served extends ServedAnswer {
  readonly outcome: ServedOutcome;
}

const notOwner: Served = { outcome: 'not_owner', pieces: [], isShared: false };

const toReply: Readonly<Record<ServedOutcome, ReplyOutcome>> = {
  answered: 'answer',
  failed: 'error',
  overloaded: 'error',
  not_owner: 'notOwner',
};

/** Requests are short; a longer message is none. */
const maxRequestBytes = 1024 * 1024;

/** Each waits for a call, or for its reply to be sent. */
const defaultMaxRunning = 5000;

/**
 * Answers requests of other instances for the exchanges that this one owns. It checks that it owns the exchange when a
 * request arrives and again when the answer is there: an instance that was paused, and has lost the exchange meanwhile,
 * must not be heard.
 */
export class RequestServer {
  readonly #options: RequestServerOptions;
  readonly #methods: ReadonlyMap<string, ServedMethod>;
  readonly #requests: Listening;
  /** The requests that are being answered, by sender and id. */
  readonly #running = new Set<string>();
  #isClosed = false;

  constructor(options: RequestServerOptions) {
    const { bus, owners, clock, channel } = options;
    this.#options = options;
    const [versions, writer] = [new MarketVersions(clock), new SharedWriter(options)];
    this.#methods = createServedMethods({ ...options, versions, writer });
    this.#requests = bus.listen(channel(channels.requests(owners.instance)), (bytes) => this.#onMessage(bytes));
  }

  /** The number of requests that are being answered. */
  get running(): number {
    return this.#running.size;
  }

  /** Sends no reply from then on. */
  close(): void {
    this.#isClosed = true;
    this.#requests.close();
  }

  #onMessage(bytes: Buffer): void {
    const { events } = this.#options;
    const request = bytes.length > maxRequestBytes ? 'malformed' : unpackRequest(bytes);
    if (typeof request === 'string') {
      events.onRefused(request);
      return;
    }
    if (this.#isLate(request) || this.#running.has(toKey(request))) return;
    try {
      const method = this.#methods.get(request.method);
      if (!method) throw new MalformedMessage('known method');
      void this.#serve(request, method(request));
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      events.onRefused('malformed');
    }
  }

  /** Never rejects. */
  async #serve(request: Request, call: ServedCall): Promise<void> {
    const { bus, owners, clock, channel, events } = this.#options;
    const { exchange } = call;
    const { id, from, method } = request;
    const startedAt = clock.now();
    const owner = owners.ownerOf(exchange);
    const fence = owner.kind === 'self' ? owner.fence : null;
    this.#running.add(toKey(request));
    try {
      const { outcome, pieces, isShared } = await this.#run(call, fence);
      events.onServed(method, outcome, clock.now() - startedAt);
      if (this.#isClosed || this.#isLate(request)) return;
      const header = { id, from: owners.instance, exchange, fence: fence ?? 0, outcome: toReply[outcome], isShared };
      await bus.publish(channel(channels.replies(from)), packReply(header, await writeBody(pieces)));
    } catch (error) {
      // Without Redis, the one who asks makes the call itself, or asks a new owner.
      if (!(error instanceof RedisUnavailable)) events.onError(error);
    } finally {
      this.#running.delete(toKey(request));
    }
  }

  async #run(call: ServedCall, fence: number | null): Promise<Served> {
    const { time, events, maxRunning = defaultMaxRunning } = this.#options;
    const fail = (outcome: ServedOutcome, error: unknown): Served => {
      if (!(error instanceof MarketDataError)) events.onError(error);
      return { outcome, pieces: [errorCodec.write(toMarketDataError(error), time)], isShared: false };
    };
    if (fence === null) return notOwner;
    if (this.#running.size > maxRunning) return fail('overloaded', tooManyRequests(call.exchange));
    try {
      const answer = await call.run(fence);
      return this.#owns(call.exchange, fence) ? { outcome: 'answered', ...answer } : notOwner;
    } catch (error) {
      return this.#owns(call.exchange, fence) ? fail('failed', error) : notOwner;
    }
  }

  #owns(exchange: string, fence: number): boolean {
    const owner = this.#options.owners.ownerOf(exchange);
    return owner.kind === 'self' && owner.fence === fence;
  }

  /** True if its sender no longer waits. */
  #isLate({ sentAt, timeoutMs }: Request): boolean {
    const { clock, time } = this.#options;
    return time.toShared(clock.now()) - sentAt >= timeoutMs;
  }
}

function toKey({ from, id }: Request): string {
  return `${from} ${id}`;
}
