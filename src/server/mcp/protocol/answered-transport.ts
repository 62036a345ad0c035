import type { JSONRPCMessage, MessageExtraInfo, Transport, TransportSendOptions } from '@modelcontextprotocol/server';
import type { MessageFault } from './message-faults.ts';

/** A transport that knows which requests are not yet answered, so that it can be closed after the last answer. */
export class AnsweredTransport implements Transport {
  readonly #wire: Transport;
  readonly #open = new Set<string | number>();
  #wake: (() => void)[] = [];
  #isClosed = false;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  /** Resolves when the transport is closed. */
  readonly closed: Promise<void>;

  constructor(wire: Transport) {
    this.#wire = wire;
    this.closed = new Promise((resolve) => {
      wire.onclose = () => {
        this.#isClosed = true;
        this.#settle();
        this.onclose?.();
        resolve();
      };
    });
    wire.onerror = (error) => this.onerror?.(error);
    wire.onmessage = (message, extra) => {
      this.#receive(message);
      this.onmessage?.(message, extra);
    };
  }

  start(): Promise<void> {
    return this.#wire.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    try {
      await this.#wire.send(message, options);
    } finally {
      if (!('method' in message) && message.id !== undefined) this.#end(message.id);
    }
  }

  /** Answers a message that is not passed on, because its client would wait for an answer for ever. */
  refuse({ id, code, message }: MessageFault): Promise<void> {
    return this.#wire.send({ jsonrpc: '2.0', ...(id === null ? {} : { id }), error: { code, message } });
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  /** Resolves when no request is open: each is answered or cancelled, or the transport is closed. */
  whenAnswered(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.push(resolve);
      this.#settle();
    });
  }

  #receive(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    if ('id' in message) this.#open.add(message.id);
    // A cancelled request gets no answer.
    const cancelled = message.method === 'notifications/cancelled' ? message.params?.requestId : undefined;
    if (typeof cancelled === 'string' || typeof cancelled === 'number') this.#end(cancelled);
  }

  #end(id: string | number): void {
    this.#open.delete(id);
    this.#settle();
  }

  #settle(): void {
    if (this.#open.size > 0 && !this.#isClosed) return;
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}
