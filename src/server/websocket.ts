import type { Server } from 'node:http';
import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
} from 'graphql';
import {
  CloseCode,
  handleProtocols,
  makeServer,
  type Context as SocketContext,
  type SubscribePayload,
} from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { toClientError } from '../graphql/errors.ts';
import { systemClock } from '../market/clock.ts';
import { MarketDataError } from '../market/error.ts';
import { createFanout, type Subscriber } from './fanout/fanout.ts';
import { GraphQLSocket } from './graphql-socket.ts';
import { Heartbeat } from './heartbeat.ts';
import { OperationIds } from './operation-ids.ts';
import { graphqlPath } from './paths.ts';
import type { GraphQLServer } from './yoga.ts';

export interface SubscriptionServerOptions {
  /** The HTTP server whose upgrades it takes. */
  readonly server: Server;
  readonly graphql: GraphQLServer;
  /** How many operations one socket may have open. */
  readonly maxSubscriptions: number;
  readonly log: Logger;
}

export interface SubscriptionServer {
  /** Sockets that are open, their subscriptions, and the groups of those that are the same. */
  readonly counts: { readonly sockets: number; readonly subscriptions: number; readonly groups: number };
  /** Closes every socket with 1001 and takes no new one. Resolves when all are closed. */
  close(): Promise<void>;
}

/** RFC 6455, 7.4.1. */
const goingAway = 1001;

/** How long a client may take to answer our close frame before its socket is cut, in ms. */
const closeGraceMs = 1000;

/** Far more than any document of this schema needs; ws would take 100 MiB. */
const maxMessageBytes = 64 * 1024;

/** graphql-transport-ws through the same parsing, validation, context, execution and masking as HTTP. */
export function createSubscriptionServer(options: SubscriptionServerOptions): SubscriptionServer {
  const { server, graphql, maxSubscriptions, log } = options;
  const sockets = new WebSocketServer({ server, path: graphqlPath, maxPayload: maxMessageBytes, handleProtocols });
  const heartbeat = new Heartbeat(systemClock);
  const pipelines = new WeakMap<ExecutionArgs, ReturnType<GraphQLServer['getEnveloped']>>();
  const subscribers = new WeakMap<ExecutionArgs, Subscriber>();
  const report = (error: unknown): void => log.error({ err: error }, 'an unexpected error was masked');
  const fanout = createFanout({ createContext: () => graphql.getEnveloped({}).contextFactory(), report });

  async function prepare(
    context: OwnContext,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    if (Object.keys(context.subscriptions).length > maxSubscriptions) {
      const message = `This socket has ${maxSubscriptions} operations open, which is the most it may have.`;
      throw new MarketDataError('TOO_MANY_SUBSCRIPTIONS', message);
    }
    const pipeline = graphql.getEnveloped({ params: payload });
    const { schema } = pipeline;
    const document: DocumentNode = pipeline.parse(payload.query);
    // graphql-ws keeps the payload as long as the operation, and the parser's cache has the same text for all.
    Object.assign(payload, { query: document.loc?.source.body ?? payload.query });
    const errors: readonly GraphQLError[] = pipeline.validate(schema, document);
    if (errors.length > 0) return errors;
    const args: ExecutionArgs = {
      schema,
      document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
    };
    if (getOperationAST(document, args.operationName)?.operation === 'subscription') {
      // The group makes its own, once for all.
      args.contextValue = undefined;
      subscribers.set(args, { socket: context.extra.socket, id, scope: toScope(context) });
    } else {
      args.contextValue = await pipeline.contextFactory();
      pipelines.set(args, pipeline);
    }
    return args;
  }

  const protocol = makeServer<ConnectionParams, Extra>({
    onSubscribe: async (context, id, payload) => {
      context.extra.ids.begin(id, payload);
      // Thrown here an error would close the socket, and with it every other operation.
      const prepared = await prepare(context, id, payload).catch((error: unknown) => [toClientError(error, report)]);
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
    execute: (args) => pipelines.get(args)?.execute(args),
    subscribe: async (args) => {
      const subscriber = subscribers.get(args);
      if (!subscriber) throw new TypeError('a subscription that was not prepared');
      subscribers.delete(args);
      // Thrown here an error would close the socket, too.
      return fanout.subscribe(args, subscriber).catch((error: unknown) => ({ errors: [toClientError(error, report)] }));
    },
  });

  const noteError = (err: unknown): void => log.debug({ err }, 'a socket failed');
  const failSocket = (socket: WebSocket, err: unknown): void => {
    log.debug({ err }, 'a message could not be handled');
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  sockets.on('connection', (socket) => {
    socket.on('error', noteError);
    heartbeat.add(socket);
    const closed = protocol.opened(new GraphQLSocket(socket, failSocket), { socket, ids: new OperationIds() });
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
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, closeGraceMs);
      heartbeat.stop();
      for (const socket of sockets.clients) socket.close(goingAway, 'Going away');
      await new Promise((resolve) => sockets.close(resolve));
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

type ConnectionParams = Record<string, unknown>;

/** What belongs to a socket. Not the request that it began with, which would stay in memory as long as the socket. */
interface Extra {
  readonly socket: WebSocket;
  readonly ids: OperationIds;
}

type OwnContext = SocketContext<ConnectionParams, Extra>;

/** Who the client says it is: those who say otherwise share no answers, whatever may come to depend on it. */
function toScope({ connectionParams }: OwnContext): string {
  return JSON.stringify(connectionParams?.Authorization ?? connectionParams?.authorization ?? null);
}
