import type { WebSocket } from 'ws';
import type { EncodedPayload } from '../fanout/encoded-payload.ts';
import { GroupSubscription, maxBufferedBytes, type SubscriptionHost } from '../fanout/group-subscription.ts';

/**
 * A subscription over a WebSocket, and the iterator that graphql-ws uses for it. The iterator yields nothing, because
 * the group writes the messages. It ends with the group.
 */
export class SocketSubscription extends GroupSubscription implements AsyncIterableIterator<never> {
  readonly #socket: WebSocket;
  /** The end of every message, with the id of the operation. */
  readonly #suffix: string;
  #onDone: ((result: IteratorResult<never, undefined>) => void) | null = null;

  /** `id` is the operation id that the client has chosen. */
  constructor(host: SubscriptionHost, socket: WebSocket, id: string) {
    super(host);
    this.#socket = socket;
    this.#suffix = `${JSON.stringify(id)}}`;
  }

  next(): Promise<IteratorResult<never, undefined>> {
    this.start();
    if (this.hasEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise<IteratorResult<never, undefined>>((resolve) => {
      this.#onDone = resolve;
    });
  }

  return(): Promise<IteratorResult<never, undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<never, undefined>> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  protected override get isFull(): boolean {
    const socket = this.#socket;
    return socket.readyState === socket.OPEN && socket.bufferedAmount > maxBufferedBytes;
  }

  /** Writes one message in one piece: the common prefix, then the id of the operation. */
  protected override write({ messagePrefix }: EncodedPayload): boolean {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return false;
    const suffix = this.#suffix;
    const message = Buffer.allocUnsafe(messagePrefix.length + Buffer.byteLength(suffix));
    messagePrefix.copy(message);
    message.write(suffix, messagePrefix.length);
    socket.send(message, { binary: false });
    return true;
  }

  protected override onEnded(): void {
    this.#onDone?.({ done: true, value: undefined });
  }
}
