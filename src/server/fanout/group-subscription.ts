import type { EncodedPayload } from './encoded-payload.ts';

/** How much all groups have sent since the start. */
export interface DeliveryCounts {
  /** Messages written to connections. */
  messages: number;
  /** Messages left out because a newer message with the same key replaced them while the connection was full. */
  conflated: number;
  /** Messages not sent because the client has the same payload already. */
  unchanged: number;
  /** Operations ended because the client was too slow to receive every message that must be sent. */
  slowConsumers: number;
}

/** The group that a subscription belongs to. */
export interface SubscriptionHost {
  /** The payload of the error for a subscription whose client is too slow. */
  readonly slowConsumer: EncodedPayload;
  /** The counts to which subscriptions add. */
  readonly counts: DeliveryCounts;
  /** Called once, when the protocol starts the subscription. Messages can be written only from then on. */
  onStart(subscription: GroupSubscription): void;
  /** Called while the subscription waits for its connection to drain. */
  onStalled(subscription: GroupSubscription): void;
  /** Called when all that waited has been written. */
  onDrained?(): void;
  onEnd(subscription: GroupSubscription): void;
}

/** Adds the subscription of a client to a group. */
export type OpenSubscription<S extends GroupSubscription> = (host: SubscriptionHost) => S;

/** If more bytes than this wait in the buffer of a connection, nothing is written until the buffer has drained. */
export const maxBufferedBytes = 32 * 1024;

/** How many messages with different keys can wait for a full connection. */
const maxWaiting = 1024;

/**
 * One operation of one client in a group. The group writes its messages; while the connection is full, only the newest
 * message of each key waits. How a message is written is the concern of the protocol: there is a subclass for each. It
 * is a subclass and not an object of its own, because there are many subscriptions.
 *
 * States: `new` until the protocol starts it; `open` while messages are written; `finishing` once the group has ended
 * and messages still wait for the connection; `ended`.
 */
export abstract class GroupSubscription {
  readonly #host: SubscriptionHost;
  // Null most of the time, which saves memory because there are many subscriptions.
  #waiting: Map<string, EncodedPayload> | null = null;
  /** Keys of events that were known when the subscription began and have not been sent to it yet. */
  #unsentLatest: Set<string> | null = null;
  /** Number of events offered to the group before the subscription began. The latest events include all of them. */
  #begunAt = 0;
  #state: 'new' | 'open' | 'finishing' | 'ended' = 'new';

  constructor(host: SubscriptionHost) {
    this.#host = host;
  }

  get isStalled(): boolean {
    return this.#waiting !== null;
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** True while the connection is open and its buffer is full. */
  protected abstract get isFull(): boolean;

  /** Writes one message. Returns false if the connection is closed. */
  protected abstract write(payload: EncodedPayload): boolean;

  /** Called once, when it has ended for any reason. */
  protected abstract onEnded(): void;

  /** Must be called when messages can be written. Only the first call has an effect. */
  start(): void {
    if (this.#state === 'new') {
      this.#state = 'open';
      this.#host.onStart(this);
    } else if (this.#state === 'finishing') {
      this.drain();
      if (this.isStalled) this.#host.onStalled(this);
    }
  }

  /**
   * Sends a message that all subscriptions of the group receive: the payload of the event with this number. False if it
   * began after this event, so that it has something else.
   */
  send(key: string, number: number, payload: EncodedPayload): boolean {
    if (this.#state !== 'open') return true;
    if (number <= this.#begunAt) return false;
    this.#markSent(key);
    this.#offer(key, payload);
    return true;
  }

  /** Announces the keys that `sendLatest` will send, and the number of events that they include. */
  expectLatest(keys: readonly string[], number: number): void {
    this.#begunAt = number;
    if (keys.length > 0) this.#unsentLatest = new Set(keys);
  }

  /**
   * Sends an event that was known at the start, unless the group has sent a newer one with the same key meanwhile. True
   * if it was sent.
   */
  sendLatest(key: string, payload: EncodedPayload): boolean {
    if (this.#state !== 'open' || !this.#unsentLatest?.has(key)) return false;
    this.#markSent(key);
    this.#offer(key, payload);
    return true;
  }

  /** Writes waiting messages until the connection is full. */
  drain(): void {
    for (const [key, payload] of this.#waiting ?? []) {
      if (this.isFull) return;
      this.#waiting?.delete(key);
      this.#write(payload);
    }
    this.#waiting = null;
    this.#host.onDrained?.();
    if (this.#state === 'finishing') this.end();
  }

  /**
   * Ends it once the waiting messages have been written. If nothing was sent yet, sends the group's last message first.
   */
  finish(last: EncodedPayload | null): void {
    if (this.#state === 'ended' || this.#state === 'finishing') return;
    if (this.#state === 'new' && last) this.#waiting = new Map([['last', last]]);
    this.#state = 'finishing';
    if (!this.isStalled) this.end();
  }

  /** Ends it at once. */
  end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#waiting = null;
    this.#unsentLatest = null;
    this.onEnded();
    this.#host.onEnd(this);
  }

  #markSent(key: string): void {
    this.#unsentLatest?.delete(key);
    if (this.#unsentLatest?.size === 0) this.#unsentLatest = null;
  }

  #offer(key: string, payload: EncodedPayload): void {
    if (!this.isStalled && !this.isFull) {
      this.#write(payload);
      return;
    }
    this.#waiting ??= new Map();
    if (this.#waiting.has(key)) this.#host.counts.conflated += 1;
    this.#waiting.set(key, payload);
    if (this.#waiting.size > maxWaiting) {
      this.#host.counts.slowConsumers += 1;
      this.#write(this.#host.slowConsumer);
      this.end();
    } else this.#host.onStalled(this);
  }

  #write(payload: EncodedPayload): void {
    if (this.write(payload)) this.#host.counts.messages += 1;
  }
}
