import { makeServer, type Server as ProtocolServer } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { toClientError } from '../../graphql/execution/errors.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Gate } from '../access/gate.ts';
import { toClientJson } from '../http/messages/refusal.ts';
import { closeCode } from './close-codes.ts';
import { BadMessage } from './socket-host.ts';
import type { SocketObserver } from './socket-observer.ts';
import type { ConnectionParams, OwnContext, SocketExtra, SocketOperations } from './socket-operations.ts';

export interface GraphQLProtocolOptions {
  readonly gate: Gate;
  readonly operations: SocketOperations;
  readonly observer: SocketObserver;
  /** How long a client can take to send connection_init, in ms. */
  readonly initTimeoutMs: number;
  /** Called with unexpected errors. Clients see them masked. */
  readonly report: (error: unknown) => void;
}

/** Every message repeats the id of its operation. Clients use numbers or UUIDs. */
const maxIdLength = 256;

/** graphql-transport-ws, implemented by graphql-ws, with a place, a principal and a record for each operation. */
export function createGraphQLProtocol(options: GraphQLProtocolOptions): ProtocolServer<SocketExtra> {
  const { gate, operations, observer, initTimeoutMs, report } = options;
  return makeServer<ConnectionParams, SocketExtra>({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: (context) => connect(gate, context),
    onSubscribe: async (context, id, payload) => {
      if (id.length > maxIdLength) throw new BadMessage(`An id can have at most ${maxIdLength} characters`);
      const { socket, address, ids } = context.extra;
      // Called without waiting, so that operations from one packet are handled in their order.
      const begun = ids.begin(id, payload, socket.messageLength);
      const prepared = await observer.begin(payload, address, async () => {
        const limit = await begun;
        return limit ? [toClientError(limit.toError(), report)] : operations.prepare(context, id, payload);
      });
      await ids.proceed(id, payload);
      if (!(id in context.subscriptions)) ids.end(id, payload);
      return prepared;
    },
    onOperation: (context, id, payload, args, result) => {
      observer.answer(payload, args, result);
      return context.extra.ids.proceedWith(id, payload, result);
    },
    onNext: (context, id, payload) => context.extra.ids.proceed(id, payload),
    onError: async (context, id, payload, errors) => {
      await context.extra.ids.proceed(id, payload);
      context.extra.ids.end(id, payload);
      const clientErrors = errors.map((error) => toClientError(error, report));
      observer.answer(payload, null, clientErrors);
      return clientErrors.map(toClientJson);
    },
    onComplete: async (context, id, payload) => {
      observer.end(payload);
      await context.extra.ids.proceed(id, payload);
      context.extra.ids.end(id, payload);
    },
    execute: operations.execute,
    subscribe: operations.subscribe,
  });
}

/** Identifies the client of a socket. If the client is not admitted, closes the socket and returns false. */
async function connect(gate: Gate, context: OwnContext): Promise<boolean> {
  const { extra, connectionParams } = context;
  const { Authorization, authorization = Authorization } = connectionParams ?? {};
  const given = typeof authorization === 'string' ? authorization : extra.authorization;
  // Both would stay in memory as long as the socket, and can contain a key.
  extra.authorization = undefined;
  Object.assign(context, { connectionParams: undefined });
  try {
    extra.principal = await gate.identify(extra.address, given);
    return true;
  } catch (error) {
    refuse(extra.socket, error);
    return false;
  }
}

/** Closes the socket before graphql-ws does: the close code of graphql-ws means that the client should try again. */
function refuse(socket: WebSocket, error: unknown): void {
  const code = error instanceof MarketDataError ? error.code : null;
  if (code === 'UNAUTHENTICATED') socket.close(closeCode.unauthorized, 'Unauthorized');
  else if (code === 'RATE_LIMITED') socket.close(closeCode.tryAgainLater, 'Too many wrong API keys');
  else throw error;
}
