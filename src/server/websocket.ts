import type { Server } from 'node:http';
import type { ExecutionArgs, GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Context as SocketContext, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { toClientError } from '../graphql/errors.ts';
import { MarketDataError } from '../market/error.ts';
import { createFanout, type Subscriber } from './fanout/fanout.ts';
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

/** How long a client may take to answer our close frame before its socket is cut, in ms. */
const closeGraceMs = 1000;

/** Far more than any document of this schema needs; ws would take 100 MiB. */
const maxMessageBytes = 64 * 1024;

/** graphql-transport-ws through the same parsing, validation, context, execution and masking as HTTP. */
export function createSubscriptionServer(options: SubscriptionServerOptions): SubscriptionServer {
  const { server, graphql, maxSubscriptions, log } = options;
  const sockets = new WebSocketServer({ server, path: graphqlPath, maxPayload: maxMessageBytes });
  const pipelines = new WeakMap<ExecutionArgs, ReturnType<GraphQLServer['getEnveloped']>>();
  const subscribers = new WeakMap<ExecutionArgs, Subscriber>();
  const ids = new OperationIds();
  const report = (error: unknown): void => log.error({ err: error }, 'an unexpected error was masked');
  const fanout = createFanout(report);

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
    const document = pipeline.parse(payload.query);
    const errors: readonly GraphQLError[] = pipeline.validate(schema, document);
    if (errors.length > 0) return errors;
    const args: ExecutionArgs = {
      schema,
      document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
      contextValue: await pipeline.contextFactory(),
    };
    pipelines.set(args, pipeline);
    subscribers.set(args, { socket: context.extra.socket, id, scope: toScope(context) });
    return args;
  }

  const { dispose } = useServer<Record<string, unknown>>(
    {
      onSubscribe: async (context, id, payload) => {
        ids.begin(context, id, payload);
        // Thrown here an error would close the socket, and with it every other operation.
        const prepared = await prepare(context, id, payload).catch((error: unknown) => [toClientError(error, report)]);
        await ids.proceed(context, id, payload);
        if (!(id in context.subscriptions)) ids.end(context, id, payload);
        return prepared;
      },
      onOperation: (context, id, payload, _args, result) => ids.proceedWith(context, id, payload, result),
      onNext: (context, id, payload) => ids.proceed(context, id, payload),
      onError: async (context, id, payload, errors) => {
        await ids.proceed(context, id, payload);
        ids.end(context, id, payload);
        return errors.map((error) => withoutHttp(toClientError(error, report)));
      },
      onComplete: async (context, id, payload) => {
        await ids.proceed(context, id, payload);
        ids.end(context, id, payload);
      },
      execute: (args) => pipelines.get(args)?.execute(args),
      subscribe: (args) => {
        const subscriber = subscribers.get(args);
        if (!subscriber) throw new TypeError('a subscription that was not prepared');
        return fanout.subscribe(args, subscriber);
      },
    },
    sockets,
  );
  // graphql-ws prints errors to the console. Those of the HTTP server are told to who listens, and where a client did
  // wrong, ws has closed its socket with the right code by then.
  sockets.removeAllListeners('error');
  sockets.on('error', (err) => log.debug({ err }, 'the server failed'));
  sockets.on('connection', (socket) => {
    socket.removeAllListeners('error');
    socket.on('error', (err) => log.debug({ err }, 'a socket failed'));
  });

  return {
    get counts() {
      return { sockets: sockets.clients.size, subscriptions: fanout.memberCount, groups: fanout.groupCount };
    },
    close: async () => {
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, closeGraceMs);
      await dispose();
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

type OwnContext = SocketContext<Record<string, unknown> | undefined, Extra>;

/** Who the client says it is: those who say otherwise share no answers, whatever may come to depend on it. */
function toScope({ connectionParams }: OwnContext): string {
  return JSON.stringify(connectionParams?.Authorization ?? connectionParams?.authorization ?? null);
}
