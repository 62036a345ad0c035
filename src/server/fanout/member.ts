import type { WebSocket } from 'ws';

/** One operation of one socket in a group. */
export interface MemberOptions {
  readonly socket: WebSocket;
  /** The operation's id, as the client chose it. */
  readonly id: string;
  /** What it is told when it cannot take all that it must be told: the payload of a message. */
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

const tail = Buffer.from('}');

/**
 * What graphql-ws iterates for one operation: it yields nothing, since the group writes the messages, and ends when the
 * group does. While the socket is full, of each key only the newest message waits.
 */
export class Member implements AsyncIterableIterator<never> {
  readonly #options: MemberOptions;
  readonly #head: Buffer;
  readonly #waiting = new Map<string, Buffer>();
  /** By key, the value that it was told on joining, until the group tells another. */
  readonly #joinedWith = new Map<string, unknown>();
  #state: 'new' | 'open' | 'finishing' | 'ended' = 'new';
  #onDone: ((result: IteratorResult<never, undefined>) => void) | null = null;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#head = Buffer.from(`{"id":${JSON.stringify(options.id)},"type":"next","payload":`);
  }

  get isStalled(): boolean {
    return this.#waiting.size > 0;
  }

  /** Tells what the group tells all: the payload of a message, and the value that it was made from. */
  tell(key: string, value: unknown, payload: Buffer): void {
    if (this.#state !== 'open') return;
    if (this.#joinedWith.size > 0) {
      const told = this.#joinedWith.get(key);
      this.#joinedWith.delete(key);
      if (told === value) return;
    }
    this.#offer(key, payload);
  }

  /** Tells what was known when it joined, unless the group has told something newer of the key meanwhile. */
  welcome(key: string, value: unknown, payload: Buffer): void {
    if (this.#state !== 'open' || this.#joinedWith.get(key) !== value) return;
    this.#offer(key, payload);
  }

  /** What it will be told by `welcome`. */
  expect(key: string, value: unknown): void {
    this.#joinedWith.set(key, value);
  }

  /** Writes what waits as far as the socket takes it. */
  drain(): void {
    for (const [key, payload] of this.#waiting) {
      if (this.#isFull) return;
      this.#waiting.delete(key);
      this.#write(payload);
    }
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
    this.#waiting.clear();
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

  #offer(key: string, payload: Buffer): void {
    if (!this.isStalled && !this.#isFull) {
      this.#write(payload);
      return;
    }
    this.#waiting.set(key, payload);
    if (this.#waiting.size > mostWaiting) {
      this.#waiting.clear();
      this.#write(this.#options.tooSlow);
      this.#end();
    } else this.#options.onStalled(this);
  }

  /** One message in one piece: the socket's own head, then what all have in common. */
  #write(payload: Buffer): void {
    const { socket } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    const head = this.#head;
    const message = Buffer.allocUnsafe(head.length + payload.length + 1);
    head.copy(message);
    payload.copy(message, head.length);
    tail.copy(message, head.length + payload.length);
    socket.send(message, { binary: false });
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#waiting.clear();
    this.#joinedWith.clear();
    this.#onDone?.({ done: true, value: undefined });
    this.#options.onEnd(this);
  }
}
