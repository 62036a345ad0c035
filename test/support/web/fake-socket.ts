import type { SubscribePayload } from 'graphql-ws';
import { Client } from 'urql';
import { createSocketExchange, type SocketEvents } from '../../../web/src/client/socket-exchange.ts';

type Sink = Parameters<SocketEvents['subscribe']>[1];

/** An operation that was started, and whether it was stopped. */
export interface StartedOperation {
  readonly payload: SubscribePayload;
  readonly sink: Sink;
  isStopped: boolean;
}

/** The client of a WebSocket whose events the test sends. */
export class FakeSocket implements SocketEvents {
  readonly operations: StartedOperation[] = [];

  subscribe(payload: SubscribePayload, sink: Sink): () => void {
    const operation = { payload, sink, isStopped: false };
    this.operations.push(operation);
    return () => {
      operation.isStopped = true;
    };
  }

  /** The operation that was started last. */
  get latest(): StartedOperation {
    const operation = this.operations.at(-1);
    if (!operation) throw new Error('no operation was started');
    return operation;
  }
}

/** An urql client whose subscriptions go over the fake socket. */
export function createFakeClient(socket: SocketEvents): Client {
  return new Client({ url: 'http://localhost/graphql', exchanges: [createSocketExchange(socket)] });
}
