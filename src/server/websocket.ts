import type { Server } from 'node:http';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { toClientError } from '../graphql/errors.ts';
import { systemClock } from '../market/clock.ts';
import { closeSockets } from './close-sockets.ts';
import { createFanout } from './fanout/fanout.ts';
import type { Gate } from './gate.ts';
import { GraphQLSocket } from './graphql-socket.ts';
import { Heartbeat } from './heartbeat.ts';
import { OperationIds } from './operation-ids.ts';
import { graphqlPath } from './paths.ts';
import { type ConnectionParams, createSocketOperations, type SocketExtra } from './socket-operations.ts';
import type { GraphQLServer } from './yoga.ts';

export interface SubscriptionServerOptions {
  /** The HTTP server whose upgrades it takes. */
  readonly server: Server;
  readonly graphql: GraphQLServer;
  readonly gate: Gate;
  /** How many operations one socket may have open. */
  readonly maxSubscriptions: number;
  readonly log: Logger;
}

export interface SubscriptionServer {
  /** Sockets that are open, their subscriptions, and the groups of those that are the same. */
  readonly counts: { readonly sockets: number; readonly subscriptions: number; readonly groups: number };
  /** Closes every socket with 1001, very many of them over two seconds, and takes no new one. Resolves when all are closed. */
  close(): Promise<void>;
}

/** How long a client may take to answer our close frame before its socket is cut, in ms. */
const closeGraceMs = 1000;

/** Far more than any document of this schema needs; ws would take 100 MiB. */
const maxMessageBytes = 64 * 1024;

/** graphql-transport-ws through the same parsing, validation, context, execution and masking as HTTP. */
export function createSubscriptionServer(options: SubscriptionServerOptions): SubscriptionServer {
  const { server, graphql, gate, maxSubscriptions, log } = options;
  const sockets = new WebSocketServer({ server, path: graphqlPath, maxPayload: maxMessageBytes, handleProtocols });
  const heartbeat = new Heartbeat(systemClock);
  const report = (error: unknown): void => log.error({ err: error }, 'an unexpected error was masked');
  const fanout = createFanout({ createContext: graphql.createSharedContext, report });
  const operations = createSocketOperations({ graphql, fanout, maxSubscriptions, report });

  const protocol = makeServer<ConnectionParams, SocketExtra>({
    onConnect: ({ extra, connectionParams }) => {
      const { Authorization, authorization = Authorization } = connectionParams ?? {};
      extra.caller = gate.identify(extra.address, typeof authorization === 'string' ? authorization : undefined);
    },
    onSubscribe: async (context, id, payload) => {
      context.extra.ids.begin(id, payload);
      const prepared = await operations.prepare(context, id, payload);
      await context.extra.ids.proceed(id, payload);
      if (!(id in context.subscriptions)) context.extra.ids.end(id, payload);
      return prepared;
    },
    onOperation: (context, id, payload, _args, result) => context.extra.ids.proceedWith(id, payload, result),
    onNext: (context, id, payload) => context.extra.ids.proceed(id, payload),
    onError: async (context, id, payload, errors) => {
      await context.extra.ids.proceed(id, payload);
      context.extra.ids.end(id, payload);
      return errors.map((error) => withoutHttp(toClientError(error, report)));
    },
    onComplete: async (context, id, payload) => {
      await context.extra.ids.proceed(id, payload);
      context.extra.ids.end(id, payload);
    },
    execute: operations.execute,
    subscribe: operations.subscribe,
  });

  const noteError = (err: unknown): void => log.debug({ err }, 'a socket failed');
  const failSocket = (socket: WebSocket, err: unknown): void => {
    log.debug({ err }, 'a message could not be handled');
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  sockets.on('connection', (socket, request) => {
    socket.on('error', noteError);
    heartbeat.add(socket);
    const closed = protocol.opened(new GraphQLSocket(socket, failSocket), {
      socket,
      ids: new OperationIds(),
      address: gate.addressOf(request),
      caller: null,
    });
    // Happens once; `once` would cost memory for each.
    socket.on('close', (code, reason) => {
      heartbeat.remove(socket);
      void closed(code, String(reason));
    });
  });
  // Errors of the HTTP server, which are told to who listens.
  sockets.on('error', (err) => log.debug({ err }, 'the server failed'));

  return {
    get counts() {
      return { sockets: sockets.clients.size, subscriptions: fanout.memberCount, groups: fanout.groupCount };
    },
    close: async () => {
      heartbeat.stop();
      const closed = new Promise((resolve) => sockets.close(resolve));
      await closeSockets(sockets.clients, systemClock);
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, closeGraceMs);
      await closed;
      fanout.close();
      clearTimeout(cut);
    },
  };
}

/** Yoga notes an HTTP status among the extensions; on a socket there is none. */
function withoutHttp(error: GraphQLError): GraphQLFormattedError {
  const { http: _http, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}
