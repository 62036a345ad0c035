import { RESP_TYPES } from '@redis/client';
import type { Clock } from '../../base/clock.ts';
import type { Bus, Listening, RedisUnavailable } from './bus.ts';
import { explainRedisError } from './redis-errors.ts';
import { type LinkOptions, RedisLink, type RedisLinkClient } from './redis-link.ts';
import type { RedisScript } from './redis-script.ts';
import type { RedisAddress } from './redis-url.ts';
import type { SharedStore } from './shared-store.ts';
import { Subscriptions } from './subscriptions.ts';

export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  /** The name of this instance, for `CLIENT LIST`. */
  readonly instance: string;
  /** How long Redis may take for an answer, and for a connection. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called for each message over a channel. */
  readonly onMessage?: (direction: 'sent' | 'received', channel: string, bytes: number) => void;
  /** Called when a command fails although there is a connection: with a sentence that says why. */
  readonly onRefused?: (reason: string) => void;
}

const asBytes = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

/**
 * What this instance has of Redis: one connection for commands and messages that it sends, and one for messages that it
 * receives. Both are made anew whenever they end. Nothing waits for a connection: without one, calls fail at once.
 */
export class RedisConnection implements Bus, SharedStore {
  readonly #commands: RedisLink;
  readonly #messages: RedisLink;
  readonly #subscriptions: Subscriptions;
  readonly #onMessage: RedisConnectionOptions['onMessage'];
  readonly #onRefused: RedisConnectionOptions['onRefused'];
  readonly #lossListeners = new Set<() => void>();
  #hasListened = false;

  constructor({ address, instance, timeoutMs, clock, random, onMessage, onRefused }: RedisConnectionOptions) {
    this.#onMessage = onMessage;
    this.#onRefused = onRefused;
    this.#subscriptions = new Subscriptions((channel, message) => onMessage?.('received', channel, message.length));
    const options: LinkOptions = {
      address,
      name: `tickql:${instance}`.replace(/[^\x21-\x7e]/g, '-'),
      connectTimeoutMs: timeoutMs,
      answerTimeoutMs: timeoutMs,
      clock,
      random,
    };
    this.#commands = new RedisLink(options);
    this.#messages = new RedisLink({
      ...options,
      onConnected: (client) => this.#subscriptions.connect(client),
      onUp: () => this.#onListening(),
      onDown: () => this.#subscriptions.disconnect(),
    });
  }

  /** Why this instance cannot use Redis at the moment: it cannot send or it cannot receive. Null if it can do both. */
  get failure(): RedisUnavailable | null {
    return this.#commands.failure ?? this.#messages.failure;
  }

  /** How many of the two connections are not closed for good. */
  get openCount(): number {
    return [this.#commands, this.#messages].filter(({ isOpen }) => isOpen).length;
  }

  start(): void {
    this.#commands.start();
    this.#messages.start();
  }

  async publish(channel: string, message: Buffer): Promise<number> {
    const receivers = await this.#send((client) => client.publish(channel, message));
    this.#onMessage?.('sent', channel, message.length);
    return receivers;
  }

  listen(channel: string, onMessage: (message: Buffer) => void): Listening {
    return this.#subscriptions.listen(channel, onMessage);
  }

  onLoss(onLoss: () => void): () => void {
    const listener = (): void => onLoss();
    this.#lossListeners.add(listener);
    return () => this.#lossListeners.delete(listener);
  }

  async get(keys: readonly string[]): Promise<readonly (Buffer | null)[]> {
    if (keys.length === 0) return [];
    const values = await this.#send((client) => client.sendCommand<unknown>(['MGET', ...keys], asBytes));
    return Array.isArray(values)
      ? values.map((value) => (Buffer.isBuffer(value) ? value : null))
      : keys.map(() => null);
  }

  async set(key: string, value: Buffer, ttlMs: number): Promise<void> {
    const expiry = String(Math.max(1, Math.round(ttlMs)));
    await this.#send((client) => client.sendCommand(['SET', key, value, 'PX', expiry]));
  }

  /** Runs a script. Its strings are text, or buffers with `runForBytes`. Rejects with RedisUnavailable. */
  run(script: RedisScript, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<unknown> {
    return this.#run(script, [String(keys.length), ...keys, ...args], {});
  }

  runForBytes(script: RedisScript, keys: readonly string[], args: readonly (string | Buffer)[]): Promise<unknown> {
    return this.#run(script, [String(keys.length), ...keys, ...args], asBytes);
  }

  /** Ends both connections. Commands without an answer are rejected. */
  async close(): Promise<void> {
    this.#lossListeners.clear();
    await Promise.all([this.#commands.close(), this.#messages.close()]);
  }

  #run(script: RedisScript, args: readonly (string | Buffer)[], options: Partial<typeof asBytes>): Promise<unknown> {
    return this.#send(async (client) => {
      try {
        return await client.sendCommand<unknown>(['EVALSHA', script.sha1, ...args], options);
      } catch (error) {
        // Redis forgets scripts when it restarts.
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return await client.sendCommand<unknown>(['EVAL', script.text, ...args], options);
      }
    });
  }

  async #send<T>(command: (client: RedisLinkClient) => Promise<T>): Promise<T> {
    try {
      return await this.#commands.send(command);
    } catch (error) {
      if (this.#commands.failure === null) this.#onRefused?.(explainRedisError(error));
      throw error;
    }
  }

  #onListening(): void {
    const isFirst = !this.#hasListened;
    this.#hasListened = true;
    if (isFirst) return;
    for (const onLoss of this.#lossListeners) onLoss();
  }
}
