import type { WebSocket } from 'ws';

/** How much all groups together have told since the start. */
export interface Tally {
  /** Messages written to sockets. */
  messages: number;
  /** Messages left out since a newer one of their key came while they waited for a full socket. */
  conflated: number;
  /** Operations ended since their socket took less than they must be told. */
  slowConsumers: number;
}

/** What has members. */
export interface SubscriptionHost {
  /** What a member is told when it cannot take all that it must be told: the head of a message. */
  readonly slowConsumer: Buffer;
  /** To which members add. */
  readonly tally: Tally;
  /** Called once, when graphql-ws has taken it up; only from then on may it be written to. */
  onStart(member: GroupSubscription): void;
  /** Called while it waits for its socket to drain. */
  onStalled(member: GroupSubscription): void;
  /** Called when all that waited has been written. */
  onDrained?(): void;
  onEnd(member: GroupSubscription): void;
}

/** A socket with more bytes than this waiting in it is written nothing until it has drained. */
const maxBufferedBytes = 32 * 1024;

/** How many messages of different keys may wait for a socket that takes nothing. */
const maxWaiting = 1024;

/** What all messages with the same answer have in common, up to the operation's id. */
export function toPayloadPrefix(payload: string): Buffer {
  return Buffer.from(`{"type":"next","payload":${payload},"id":`);
}

/**
 * One operation of one socket in a group. What graphql-ws iterates for it: it yields nothing, since the group writes the
 * messages, and ends when the group does. While the socket is full, of each key only the newest message waits.
 */
export class GroupSubscription implements AsyncIterableIterator<never> {
  readonly #host: SubscriptionHost;
  readonly #socket: WebSocket;
  /** What a message ends with. */
  readonly #tail: string;
  // Most members need neither of these for most of the time, and there are many.
  #waiting: Map<string, Buffer> | null = null;
  /** Keys of what it is yet to be told of that which was known when it began. */
  #expected: Set<string> | null = null;
  /** How many events the group had been offered by then: all of these are in what was known. */
  #begunAt = 0;
  #state: 'new' | 'open' | 'finishing' | 'ended' = 'new';
  #onDone: ((result: IteratorResult<never, undefined>) => void) | null = null;

  /** `id` is the operation's, as the client chose it. */
  constructor(host: SubscriptionHost, socket: WebSocket, id: string) {
    this.#host = host;
    this.#socket = socket;
    this.#tail = `${JSON.stringify(id)}}`;
  }

  get isStalled(): boolean {
    return this.#waiting !== null;
  }

  /** Tells what the group tells all: the head of a message, made from the event of that number. */
  tell(key: string, number: number, head: Buffer): void {
    if (this.#state !== 'open' || number <= this.#begunAt) return;
    this.#markSent(key);
    this.#offer(key, head);
  }

  /** What `welcome` will tell it, and how many events are in that. */
  expect(keys: readonly string[], number: number): void {
    this.#begunAt = number;
    if (keys.length > 0) this.#expected = new Set(keys);
  }

  /** Tells what was known when it began, unless the group has told something newer of the key meanwhile. */
  welcome(key: string, head: Buffer): void {
    if (this.#state !== 'open' || !this.#expected?.has(key)) return;
    this.#markSent(key);
    this.#offer(key, head);
  }

  /** Writes what waits as far as the socket takes it. */
  drain(): void {
    for (const [key, head] of this.#waiting ?? []) {
      if (this.#isFull) return;
      this.#waiting?.delete(key);
      this.#write(head);
    }
    this.#waiting = null;
    this.#host.onDrained?.();
    if (this.#state === 'finishing') this.#end();
  }

  /** Ends it once what waits has been written; one that was told nothing yet is told the group's last message. */
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
    this.#expected?.delete(key);
    if (this.#expected?.size === 0) this.#expected = null;
  }

  #offer(key: string, head: Buffer): void {
    if (!this.isStalled && !this.#isFull) {
      this.#write(head);
      return;
    }
    this.#waiting ??= new Map();
    if (this.#waiting.has(key)) this.#host.tally.conflated += 1;
    this.#waiting.set(key, head);
    if (this.#waiting.size > maxWaiting) {
      this.#host.tally.slowConsumers += 1;
      this.#write(this.#host.slowConsumer);
      this.#end();
    } else this.#host.onStalled(this);
  }

  /** One message in one piece: what all have in common, then the operation's own id. */
  #write(head: Buffer): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    const tail = this.#tail;
    const message = Buffer.allocUnsafe(head.length + Buffer.byteLength(tail));
    head.copy(message);
    message.write(tail, head.length);
    socket.send(message, { binary: false });
    this.#host.tally.messages += 1;
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#waiting = null;
    this.#expected = null;
    this.#onDone?.({ done: true, value: undefined });
    this.#host.onEnd(this);
  }
}
