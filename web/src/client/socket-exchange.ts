import type { FormattedExecutionResult, Sink, SubscribePayload } from 'graphql-ws';
import {
  type Exchange,
  makeErrorResult,
  makeOperation,
  makeResult,
  type Operation,
  type OperationResult,
  stringifyDocument,
} from 'urql';
import { filter, make, merge, mergeMap, pipe, type Source, takeUntil } from 'wonka';
import { SocketClosed, toSocketClose } from './socket-close.ts';

/** An event of a subscription. */
type Event = FormattedExecutionResult<Record<string, unknown>, Record<string, unknown>>;

/** The part of the client of graphql-ws that is needed here. */
export interface SocketEvents {
  subscribe(payload: SubscribePayload, sink: Sink<Event>): () => void;
}

/**
 * Subscriptions over the WebSocket. urql's own `subscriptionExchange` is made for answers in parts: it adds each event to
 * the one before, so that an error brings the last data again and the errors in `extensions` stay for good; and after an
 * error, the subscription does not end. Here each event is a result by itself.
 */
export function createSocketExchange(socket: SocketEvents): Exchange {
  return ({ client, forward }) =>
    (operations) => {
      const results = pipe(
        operations,
        filter(({ kind }) => kind === 'subscription'),
        mergeMap((operation) => {
          const end = (): void => client.reexecuteOperation(makeOperation('teardown', operation));
          const ends = filter(({ kind, key }: Operation) => kind === 'teardown' && key === operation.key);
          return pipe(toSource(socket, operation, end), takeUntil(ends(operations)));
        }),
      );
      const others = pipe(
        operations,
        filter(({ kind }) => kind !== 'subscription'),
      );
      return merge([results, forward(others)]);
    };
}

/** urql ends a subscription at the operation that `end` sends. */
function toSource(socket: SocketEvents, operation: Operation, end: () => void): Source<OperationResult> {
  // The variables are passed as they are: those with a getter have another value after a reconnect.
  const payload = { query: stringifyDocument(operation.query), variables: operation.variables || {} };
  return make(({ next }) =>
    socket.subscribe(payload, {
      next: (result) => next(makeResult(operation, result)),
      error: (error) => {
        next(toErrorResult(operation, error));
        end();
      },
      complete: end,
    }),
  );
}

/** The error is a list from the server, an event of a socket that is not opened again, or one of the browser. */
function toErrorResult(operation: Operation, error: unknown): OperationResult {
  if (Array.isArray(error)) return makeResult(operation, { errors: error });
  return makeErrorResult(operation, error instanceof Error ? error : new SocketClosed(toSocketClose(error)));
}
