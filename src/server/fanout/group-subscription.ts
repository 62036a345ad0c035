import type { WebSocket } from 'ws';

/** How much all groups together have sent since the start. */
export interface DeliveryCounts {
  /** Messages written to sockets. */
  messages: number;
  /** Messages left out because a newer one of their key came while they waited for a full socket. */
  conflated: number;
  /** Operations ended because their socket took less than must be sent. */
  slowConsumers: number;
}

/** What a subscription belongs to. */
export interface SubscriptionHost {
  /** The payload prefix for a subscription that cannot take all that must be sent to it. */
  readonly slowConsumer: Buffer;
  /** To which subscriptions add. */
  readonly counts: DeliveryCounts;
  /** Called once, when graphql-ws has taken the subscription up; only from then on may it be written to. */
  onStart(subscription: GroupSubscription): void;
  /** Called while the subscription waits for its socket to drain. */
  onStalled(subscription: GroupSubscription): void;
  /** Called when all that waited has been written. */
  onDrained?(): void;
  onEnd(subscription: GroupSubscription): void;
}

/** Nothing is written to a socket with more bytes than this waiting in it, until it has drained. */
const maxBufferedBytes = 32 * 1024;

/** How many messages of different keys may wait for a socket that takes nothing. */
const maxWaiting = 1024;

/**
 * One operation of one socket in a group, and what graphql-ws iterates for it. It yields nothing, since the group writes
 * the messages, and ends when the group does. While the socket is full, only the newest message of each key waits.
 *
 * States: `new` until graphql-ws asks for the first event; `open` while messages are written; `finishing` once the group
 * has ended and messages still wait for the socket; `ended`.
 */
export class GroupSubscription implements AsyncIterableIterator<never> {
  readonly #host: SubscriptionHost;
  readonly #socket: WebSocket;
  /** The end of every message: the operation's id. */
  readonly #suffix: string;
  // Most subscriptions need neither of these for most of the time, and there are many subscriptions.
  #waiting: Map<string, Buffer> | null = null;
  /** Keys of what was known when it began and has not been sent to it yet. */
  #unsentLatest: Set<string> | null = null;
  /** How many events the group had been offered when it began: what was known then includes all of them. */
  #begunAt = 0;
  #state: 'new' | 'open' | 'finishing' | 'ended' = 'new';
  #onDone: ((result: IteratorResult<never, undefined>) => void) | null = null;

  /** `id` is the operation's, as the client chose it. */
  constructor(host: SubscriptionHost, socket: WebSocket, id: string) {
    this.#host = host;
    this.#socket = socket;
    this.#suffix = `${JSON.stringify(id)}}`;
  }

  get isStalled(): boolean {
    return this.#waiting !== null;
  }

  /** Sends what the group sends to all: the payload prefix made from the event of this number. */
  send(key: string, number: number, prefix: Buffer): void {
    if (this.#state !== 'open' || number <= this.#begunAt) return;
    this.#markSent(key);
    this.#offer(key, prefix);
  }

  /** Says which keys `sendLatest` will bring, and how many events are included in that. */
  expectLatest(keys: readonly string[], number: number): void {
    this.#begunAt = number;
    if (keys.length > 0) this.#unsentLatest = new Set(keys);
  }

  /** Sends what was known when it began, unless the group has sent something newer of the key meanwhile. */
  sendLatest(key: string, prefix: Buffer): void {
    if (this.#state !== 'open' || !this.#unsentLatest?.has(key)) return;
    this.#markSent(key);
    this.#offer(key, prefix);
  }

  /** Writes what waits, as far as the socket takes it. */
  drain(): void {
    for (const [key, prefix] of this.#waiting ?? []) {
      if (this.#isFull) return;
      this.#waiting?.delete(key);
      this.#write(prefix);
    }
    this.#waiting = null;
    this.#host.onDrained?.();
    if (this.#state === 'finishing') this.#end();
  }

  /** Ends it once what waits has been written. If nothing was sent to it yet, it receives the group's last message. */
  finish(last: Buffer | null): void {
    if (this.#state === 'ended' || this.#state === 'finishing') return;
    if (this.#state === 'new' && last) this.#waiting = new Map([['last', last]]);
    this.#state = 'finishing';
    if (!this.isStalled) this.#end();
  }

  next(): Promise<IteratorResult<never, undefined>> {
    if (this.#state === 'finishing') {
      this.drain();
      if (this.isStalled) this.#host.onStalled(this);
    }
    if (this.#state === 'ended') return Promise.resolve({ done: true, value: undefined });
    const done = new Promise<IteratorResult<never, undefined>>((resolve) => {
      this.#onDone = resolve;
    });
    if (this.#state === 'new') {
      this.#state = 'open';
      this.#host.onStart(this);
    }
    return done;
  }

  return(): Promise<IteratorResult<never, undefined>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<never, undefined>> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get #isFull(): boolean {
    const socket = this.#socket;
    return socket.readyState === socket.OPEN && socket.bufferedAmount > maxBufferedBytes;
  }

  #markSent(key: string): void {
    this.#unsentLatest?.delete(key);
    if (this.#unsentLatest?.size === 0) this.#unsentLatest = null;
  }

  #offer(key: string, prefix: Buffer): void {
    if (!this.isStalled && !this.#isFull) {
      this.#write(prefix);
      return;
    }
    this.#waiting ??= new Map();
    if (this.#waiting.has(key)) this.#host.counts.conflated += 1;
    this.#waiting.set(key, prefix);
    if (this.#waiting.size > maxWaiting) {
      this.#host.counts.slowConsumers += 1;
      this.#write(this.#host.slowConsumer);
      this.#end();
    } else this.#host.onStalled(this);
  }

  /** Writes one message in one piece: what all have in common, then the operation's own id. */
  #write(prefix: Buffer): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    const suffix = this.#suffix;
    const message = Buffer.allocUnsafe(prefix.length + Buffer.byteLength(suffix));
    prefix.copy(message);
    message.write(suffix, prefix.length);
    socket.send(message, { binary: false });
    this.#host.counts.messages += 1;
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#waiting = null;
    this.#unsentLatest = null;
    this.#onDone?.({ done: true, value: undefined });
    this.#host.onEnd(this);
  }
}
