import type { WebSocket } from 'ws';

/** How much all groups have sent since the start. */
export interface DeliveryCounts {
  /** Messages written to sockets. */
  messages: number;
  /** Messages left out because a newer message with the same key replaced them while the socket was full. */
  conflated: number;
  /** Operations ended because the client was too slow to receive every message that must be sent. */
  slowConsumers: number;
}

/** The group that a subscription belongs to. */
export interface SubscriptionHost {
  /** The payload prefix of the error for a subscription whose client is too slow. */
  readonly slowConsumer: Buffer;
  /** The counts to which subscriptions add. */
  readonly counts: DeliveryCounts;
  /** Called once, when graphql-ws starts to iterate the subscription. Messages can be written only from then on. */
  onStart(subscription: GroupSubscription): void;
  /** Called while the subscription waits for its socket to drain. */
  onStalled(subscription: GroupSubscription): void;
  /** Called when all that waited has been written. */
  onDrained?(): void;
  onEnd(subscription: GroupSubscription): void;
}

/** If more bytes than this wait in the buffer of a socket, nothing is written until the buffer has drained. */
const maxBufferedBytes = 32 * 1024;

/** How many messages with different keys can wait for a full socket. */
const maxWaiting = 1024;

/**
 * One operation of one socket in a group, and the iterator that graphql-ws uses for it. The iterator yields nothing,
 * because the group writes the messages. It ends with the group. While the socket is full, only the newest message of
 * each key waits.
 *
 * States: `new` until graphql-ws asks for the first event; `open` while messages are written; `finishing` once the
 * group has ended and messages still wait for the socket; `ended`.
 */
export class GroupSubscription implements AsyncIterableIterator<never> {
  readonly #host: SubscriptionHost;
  readonly #socket: WebSocket;
  /** The end of every message, with the id of the operation. */
  readonly #suffix: string;
  // Null most of the time, which saves memory because there are many subscriptions.
  #waiting: Map<string, Buffer> | null = null;
  /** Keys of events that were known when the subscription began and have not been sent to it yet. */
  #unsentLatest: Set<string> | null = null;
  /** Number of events offered to the group before the subscription began. The latest events include all of them. */
  #begunAt = 0;
  #state: 'new' | 'open' | 'finishing' | 'ended' = 'new';
  #onDone: ((result: IteratorResult<never, undefined>) => void) | null = null;

  /** `id` is the operation id that the client has chosen. */
  constructor(host: SubscriptionHost, socket: WebSocket, id: string) {
    this.#host = host;
    this.#socket = socket;
    this.#suffix = `${JSON.stringify(id)}}`;
  }

  get isStalled(): boolean {
    return this.#waiting !== null;
  }

  /** Sends a message that all subscriptions of the group receive: the payload prefix of the event with this number. */
  send(key: string, number: number, prefix: Buffer): void {
    if (this.#state !== 'open' || number <= this.#begunAt) return;
    this.#markSent(key);
    this.#offer(key, prefix);
  }

  /** Announces the keys that `sendLatest` will send, and the number of events that they include. */
  expectLatest(keys: readonly string[], number: number): void {
    this.#begunAt = number;
    if (keys.length > 0) this.#unsentLatest = new Set(keys);
  }

  /** Sends an event that was known at the start, unless the group has sent a newer one with the same key meanwhile. */
  sendLatest(key: string, prefix: Buffer): void {
    if (this.#state !== 'open' || !this.#unsentLatest?.has(key)) return;
    this.#markSent(key);
    this.#offer(key, prefix);
  }

  /** Writes waiting messages until the socket is full. */
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

  /**
   * Ends it once the waiting messages have been written. If nothing was sent yet, sends the group's last message first.
   */
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

  /** Writes one message in one piece: the common prefix, then the id of the operation. */
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
