import { createClient } from '@redis/client';
import { backoffMs } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { AnswerWatch } from './answer-watch.ts';
import { RedisUnavailable } from './bus.ts';
import { disconnected, noTlsAnswer, toRedisUnavailable, unanswered } from './redis-errors.ts';
import { type RedisAddress, toClientOptions } from './redis-url.ts';

export type RedisLinkClient = ReturnType<typeof createClient>;

export interface LinkOptions {
  readonly address: RedisAddress;
  /** The name that `CLIENT LIST` shows. */
  readonly name: string;
  /** How long connecting may take, with the handshake. */
  readonly connectTimeoutMs: number;
  /** A connection over which a command is not answered for so long is closed. */
  readonly answerTimeoutMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called for each new connection. The link is up once it resolves. */
  readonly onConnected?: (client: RedisLinkClient) => Promise<void>;
  /** Called each time that the link is up. */
  readonly onUp?: () => void;
  /** Called when a connection has ended, also one that never was up. */
  readonly onDown?: () => void;
}

/**
 * One connection to Redis, made anew for as long as the link is open. While there is none, commands fail at once.
 *
 * Each connection has a client of its own: the client's own reconnecting cannot be stopped while it connects, and its own
 * timeout no longer applies once a command is written. A watch closes connections that stay open without an answer.
 */
export class RedisLink {
  readonly #options: LinkOptions;
  #client: RedisLinkClient | null = null;
  #watch: AnswerWatch | null = null;
  #failure: RedisUnavailable | null = new RedisUnavailable(disconnected);
  #failures = 0;
  #running: Promise<void> | null = null;
  #isOpen = false;
  #isClosed = false;
  /** Ends the connection, or the pause before the next one. */
  #interrupt: () => void = () => {};

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Why there is no connection at the moment; null while there is one. */
  get failure(): RedisUnavailable | null {
    return this.#failure;
  }

  /** True until a link that was started is closed, and nothing of it is left. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Rejects with RedisUnavailable: at once without a connection, or when it is lost before the answer. */
  async send<T>(command: (client: RedisLinkClient) => Promise<T>): Promise<T> {
    if (this.#failure || !this.#client) throw this.#failure ?? new RedisUnavailable(disconnected);
    return this.#watched(this.#client, command);
  }

  /** Ends the connection without waiting for answers. Commands without an answer are rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#interrupt();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#isOpen = true;
    while (!this.#isClosed) {
      await this.#connect();
      if (!this.#isClosed) await this.#pause(backoffMs(50, this.#failures++, 2000, this.#options.random));
    }
    this.#isOpen = false;
  }

  /** Makes a connection. Resolves once it has ended and nothing of it is left. */
  async #connect(): Promise<void> {
    const { address, name, connectTimeoutMs, answerTimeoutMs, clock, onConnected, onUp, onDown } = this.#options;
    const ending = new AbortController();
    const ended = new Promise((resolve) => ending.signal.addEventListener('abort', resolve, { once: true }));
    const client = createClient(toClientOptions(address, name, connectTimeoutMs, ending.signal));
    const end = (error: unknown): void => {
      if (ending.signal.aborted) return;
      this.#failure = toRedisUnavailable(error);
      ending.abort();
    };
    this.#interrupt = () => end(new RedisUnavailable(disconnected));
    const onLate = (): void => end(new RedisUnavailable(unanswered));
    client.on('error', end);
    client.on('end', this.#interrupt);
    const cancelDeadline = clock.after(connectTimeoutMs, () =>
      end(new RedisUnavailable(address.isTls ? noTlsAnswer : unanswered)),
    );
    const watch = new AnswerWatch(clock, answerTimeoutMs, () => this.#onLook(client), onLate);
    const up = client.connect().then(async () => {
      cancelDeadline();
      this.#client = client;
      this.#watch = watch;
      await onConnected?.(client);
      if (ending.signal.aborted) return;
      this.#failure = null;
      onUp?.();
    });
    up.catch(end);
    await ended;
    this.#client = null;
    this.#watch = null;
    cancelDeadline();
    watch.close();
    client.destroy();
    onDown?.();
    await Promise.allSettled([up]);
    // The client may have been connected after it was destroyed.
    client.destroy();
  }

  async #watched<T>(client: RedisLinkClient, command: (client: RedisLinkClient) => Promise<T>): Promise<T> {
    const watch = this.#watch;
    watch?.onSent();
    try {
      return await command(client);
    } catch (error) {
      throw this.#failure ?? toRedisUnavailable(error);
    } finally {
      watch?.onAnswered();
    }
  }

  /** Pings where nothing else is waiting for an answer, so that a dead connection is noticed. */
  #onLook(client: RedisLinkClient): void {
    if (client !== this.#client) return;
    if (this.#failure === null) this.#failures = 0;
    if (this.#watch?.isIdle) this.#watched(client, () => client.ping()).catch(() => {});
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(delayMs, resolve);
      this.#interrupt = () => {
        cancel();
        resolve();
      };
    });
  }
}
