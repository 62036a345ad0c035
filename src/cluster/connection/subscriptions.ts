import type { Listening } from './bus.ts';
import type { RedisLinkClient } from './redis-link.ts';

type OnMessage = (message: Buffer) => void;

/** A channel to which this instance listens. A channel that is listened to again after its last listener is a new one. */
interface Channel {
  readonly name: string;
  readonly listeners: Set<OnMessage>;
  /** What the client calls. The client knows listeners by their identity. */
  readonly dispatch: OnMessage;
  /** Called once messages arrive. */
  readonly whenReady: Set<() => void>;
  /** The client over which messages arrive. */
  client: RedisLinkClient | null;
}

/** The channels to which this instance listens. They outlive connections: each new one subscribes to all. */
export class Subscriptions {
  readonly #channels = new Map<string, Channel>();
  readonly #onMessage: (channel: string, message: Buffer) => void;
  #client: RedisLinkClient | null = null;

  /** `onMessage` is called for each message, before the listeners. */
  constructor(onMessage: (channel: string, message: Buffer) => void) {
    this.#onMessage = onMessage;
  }

  /** Subscribes to all channels over a new connection. Rejects if one is refused. */
  async connect(client: RedisLinkClient): Promise<void> {
    this.#client = client;
    await Promise.all([...this.#channels.values()].map((channel) => this.#subscribe(client, channel)));
  }

  disconnect(): void {
    this.#client = null;
  }

  listen(name: string, onMessage: OnMessage): Listening {
    const channel = this.#channels.get(name) ?? this.#open(name);
    // Each call has a function of its own, so that the same listener can listen twice.
    const listener: OnMessage = (message) => onMessage(message);
    channel.listeners.add(listener);
    let stopWaiting = (): void => {};
    const ready = new Promise<void>((resolve) => {
      stopWaiting = resolve;
    });
    if (this.#isReady(channel)) stopWaiting();
    else channel.whenReady.add(stopWaiting);
    return {
      ready,
      close: () => {
        stopWaiting();
        channel.whenReady.delete(stopWaiting);
        if (channel.listeners.delete(listener) && channel.listeners.size === 0) this.#close(channel);
      },
    };
  }

  #isReady(channel: Channel): boolean {
    return channel.client !== null && channel.client === this.#client;
  }

  #open(name: string): Channel {
    const listeners = new Set<OnMessage>();
    const dispatch: OnMessage = (message) => {
      this.#onMessage(name, message);
      for (const listener of listeners) listener(message);
    };
    const channel: Channel = { name, listeners, dispatch, whenReady: new Set(), client: null };
    this.#channels.set(name, channel);
    const client = this.#client;
    // A channel that Redis refuses ends the connection, so that the next one fails with the reason.
    if (client) this.#subscribe(client, channel).catch(() => client.destroy());
    return channel;
  }

  async #subscribe(client: RedisLinkClient, channel: Channel): Promise<void> {
    await client.subscribe(channel.name, channel.dispatch, true);
    channel.client = client;
    if (channel.listeners.size === 0) return this.#unsubscribe(client, channel);
    if (client !== this.#client) return;
    for (const onReady of channel.whenReady) onReady();
    channel.whenReady.clear();
  }

  /** The client must not unsubscribe before it has subscribed; `#subscribe` does it then. */
  #close(channel: Channel): void {
    this.#channels.delete(channel.name);
    if (this.#client && this.#isReady(channel)) this.#unsubscribe(this.#client, channel).catch(() => {});
  }

  async #unsubscribe(client: RedisLinkClient, channel: Channel): Promise<void> {
    await client.unsubscribe(channel.name, channel.dispatch, true);
  }
}
