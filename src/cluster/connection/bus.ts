/** The error of every call to Redis that fails, or that Redis does not answer in time. Its message names no address. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/**
 * Messages between instances, over Redis. Nothing is kept: a message reaches the instances that listen at the moment.
 * Messages that one instance publishes arrive in order, also those of different channels.
 */
export interface Bus {
  /**
   * Resolves with the number of instances that have received the message. Rejects with RedisUnavailable; the message may
   * have been sent nevertheless.
   */
  publish(channel: string, message: Buffer): Promise<number>;
  /**
   * Calls `onMessage` for each message of the channel, with a buffer that the listener may keep. `ready` resolves once
   * messages arrive, and never rejects: while Redis cannot be reached, it waits. Several listeners may share a channel.
   */
  listen(channel: string, onMessage: (message: Buffer) => void): Listening;
  /** Calls `onLoss` each time that messages may have been lost, because the connection was interrupted. */
  onLoss(onLoss: () => void): () => void;
}

export interface Listening {
  readonly ready: Promise<void>;
  close(): void;
}
