import type { WebSocket } from 'ws';

/** One operation of one socket in a group. */
export interface MemberOptions {
  readonly socket: WebSocket;
  /** The operation's id, as the client chose it. */
  readonly id: string;
  /** What it is told when it cannot take all that it must be told: the head of a message. */
  readonly tooSlow: Buffer;
  /** Called once, when graphql-ws has taken it up; only from then on may it be written to. */
  readonly onStart: (member: Member) => void;
  /** Called while it waits for its socket to drain. */
  readonly onStalled: (member: Member) => void;
  readonly onEnd: (member: Member) => void;
}

/** A socket with more bytes than this waiting in it is written nothing until it has drained. */
export const mostBufferedBytes = 32 * 1024;

/** How many messages of different keys may wait for a socket that takes nothing. */
export const mostWaiting = 1024;

/** What all messages with the same answer have in common, up to the operation's id. */
export function toMessageHead(payload: string): Buffer {
  return Buffer.from(`{"type":"next","payload":${payload},"id":`);
}

/**
 * What graphql-ws iterates for one operation: it yields nothing, since the group writes the messages, and ends when the
 * group does. While the socket is full, of each key only the newest message waits.
 */
export class Member implements AsyncIterableIterator<never> {
  readonly #options: MemberOptions;
  /** What a message ends with. */
  readonly #tail: string;
  // Most members need neither of these for most of the time, and there are many.
  #waiting: Map<string, Buffer> | null = null;
  /** By key, the value that it was told on joining, until the group tells another. */
  #joinedWith: Map<string, unknown> | null = null;
  #state: 'new' | 'open' | 'finishing' | 'ended' = 'new';
  #onDone: ((result: IteratorResult<never, undefined>) => void) | null = null;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#tail = `${JSON.stringify(options.id)}}`;
  }

  get isStalled(): boolean {
    return this.#waiting !== null;
  }

  /** Tells what the group tells all: the head of a message, and the value that it was made from. */
  tell(key: string, value: unknown, head: Buffer): void {
    if (this.#state !== 'open') return;
    if (this.#joinedWith) {
      const told = this.#joinedWith.get(key);
      this.#joinedWith.delete(key);
      if (this.#joinedWith.size === 0) this.#joinedWith = null;
      if (told === value) return;
    }
    this.#offer(key, head);
  }

  /** Tells what was known when it joined, unless the group has told something newer of the key meanwhile. */
  welcome(key: string, value: unknown, head: Buffer): void {
    if (this.#state !== 'open' || this.#joinedWith?.get(key) !== value) return;
    this.#offer(key, head);
  }

  /** What it will be told by `welcome`. */
  expect(key: string, value: unknown): void {
    this.#joinedWith ??= new Map();
    this.#joinedWith.set(key, value);
  }

  /** Writes what waits as far as the socket takes it. */
  drain(): void {
    for (const [key, head] of this.#waiting ?? []) {
      if (this.#isFull) return;
      this.#waiting?.delete(key);
      this.#write(head);
    }
    this.#waiting = null;
    if (this.#state === 'finishing') this.#end();
  }

  /** Ends it once what waits has been written. */
  finish(): void {
    if (this.#state === 'ended' || this.#state === 'finishing') return;
    this.#state = 'finishing';
    if (!this.isStalled) this.#end();
  }

  next(): Promise<IteratorResult<never, undefined>> {
    if (this.#state === 'finishing' && !this.isStalled) this.#end();
    if (this.#state === 'ended') return Promise.resolve({ done: true, value: undefined });
    const done = new Promise<IteratorResult<never, undefined>>((resolve) => {
      this.#onDone = resolve;
    });
    if (this.#state === 'new') {
      this.#state = 'open';
      this.#options.onStart(this);
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
    const { socket } = this.#options;
    return socket.readyState === socket.OPEN && socket.bufferedAmount > mostBufferedBytes;
  }

  #offer(key: string, head: Buffer): void {
    if (!this.isStalled && !this.#isFull) {
      this.#write(head);
      return;
    }
    this.#waiting ??= new Map();
    this.#waiting.set(key, head);
    if (this.#waiting.size > mostWaiting) {
      this.#write(this.#options.tooSlow);
      this.#end();
    } else this.#options.onStalled(this);
  }

  /** One message in one piece: what all have in common, then the operation's own id. */
  #write(head: Buffer): void {
    const { socket } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    const tail = this.#tail;
    const message = Buffer.allocUnsafe(head.length + Buffer.byteLength(tail));
    head.copy(message);
    message.write(tail, head.length);
    socket.send(message, { binary: false });
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#waiting = null;
    this.#joinedWith = null;
    this.#onDone?.({ done: true, value: undefined });
    this.#options.onEnd(this);
  }
}
