import { type Bus, type Listening, RedisUnavailable } from '../../../../src/cluster/connection/bus.ts';

/** A message on its way to one instance. */
export interface Transit {
  readonly channel: string;
  readonly message: Buffer;
  /** Delivers it now. Can be called again: a repetition. */
  deliver(): void;
}

/**
 * Redis as the instances see it: what one bus publishes reaches the others in order, in a later microtask. A test can
 * hold the messages and deliver them by hand, in any order, twice or never.
 */
export class FakeNetwork {
  /** Every message that was published, with the number of instances that it reached. */
  readonly published: { readonly channel: string; readonly message: Buffer; readonly receivers: number }[] = [];
  /** The messages that wait while `isHeld`, oldest first. */
  held: Transit[] = [];
  isHeld = false;
  readonly #buses = new Set<FakeBus>();

  connect(): FakeBus {
    const bus = new FakeBus((channel, message) => this.#publish(channel, message));
    this.#buses.add(bus);
    return bus;
  }

  /** Delivers what was held, in order, and holds no longer. */
  release(): void {
    this.isHeld = false;
    const held = this.held;
    this.held = [];
    for (const transit of held) transit.deliver();
  }

  #publish(channel: string, message: Buffer): number {
    const receiving = [...this.#buses].filter((bus) => bus.receives(channel));
    this.published.push({ channel, message, receivers: receiving.length });
    for (const bus of receiving) {
      const transit: Transit = { channel, message, deliver: () => bus.receive(channel, message) };
      if (this.isHeld) this.held.push(transit);
      else queueMicrotask(transit.deliver);
    }
    return receiving.length;
  }
}

/** The connection of one instance. */
export class FakeBus implements Bus {
  /** True while every call fails and nothing arrives. */
  isDown = false;
  /** True while nothing is handed on, as in a process that is stopped: it arrives once this is false and `resume` is called. */
  isPaused = false;
  readonly #send: (channel: string, message: Buffer) => number;
  readonly #listeners = new Map<string, Set<(message: Buffer) => void>>();
  readonly #onLoss = new Set<() => void>();
  #waiting: (() => void)[] = [];

  constructor(send: (channel: string, message: Buffer) => number) {
    this.#send = send;
  }

  async publish(channel: string, message: Buffer): Promise<number> {
    if (this.isDown) throw new RedisUnavailable('Redis cannot be reached');
    return this.#send(channel, message);
  }

  listen(channel: string, onMessage: (message: Buffer) => void): Listening {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners);
    listeners.add(onMessage);
    return {
      ready: Promise.resolve(),
      close: () => {
        listeners.delete(onMessage);
        if (listeners.size === 0) this.#listeners.delete(channel);
      },
    };
  }

  onLoss(onLoss: () => void): () => void {
    this.#onLoss.add(onLoss);
    return () => this.#onLoss.delete(onLoss);
  }

  /** The number of channels to which it listens. */
  get listening(): number {
    return this.#listeners.size;
  }

  /** Continues after a pause: what has arrived meanwhile is handed on. */
  resume(): void {
    this.isPaused = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const handOn of waiting) handOn();
  }

  /** The connection is back after an interruption: messages may have been lost. */
  reconnect(): void {
    this.isDown = false;
    for (const onLoss of [...this.#onLoss]) onLoss();
  }

  /** For the network. */
  receives(channel: string): boolean {
    return !this.isDown && this.#listeners.has(channel);
  }

  /** For the network. */
  receive(channel: string, message: Buffer): void {
    if (this.isDown) return;
    if (this.isPaused) {
      this.#waiting.push(() => this.receive(channel, message));
      return;
    }
    for (const onMessage of [...(this.#listeners.get(channel) ?? [])]) onMessage(message);
  }
}
