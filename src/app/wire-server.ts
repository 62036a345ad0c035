import type { Logger } from 'pino';
import { type Clock, systemClock } from '../base/clock.ts';
import { createErrorReport } from '../base/error-report.ts';
import { ThrottledLog } from '../base/throttled-log.ts';
import type { LiveOperations } from '../feed/live/live-operations.ts';
import type { QueryLimits } from '../graphql/cost/query-limits.ts';
import { createGraphQLEngine, type GraphQLEngine } from '../graphql/engine.ts';
import type { MarketData } from '../market/ports/market-data.ts';
import { Admission } from '../server/access/admission.ts';
import type { ConcurrencyLimit } from '../server/access/concurrency-limit.ts';
import { createGate, type Gate } from '../server/access/gate.ts';
import { SubscriptionMemory, type SubscriptionMemoryLimits } from '../server/access/subscription-memory.ts';
import { type AnswerService, createAnswerService } from '../server/answers/answer-service.ts';
import { PersistedQueries } from '../server/answers/persisted-queries.ts';
import { createGraphiQL } from '../server/doors/graphiql.ts';
import { createGraphQLRoute } from '../server/doors/graphql-http.ts';
import { createLivePageRoutes } from '../server/doors/live-page.ts';
import {
  type ClusterState,
  createMetricsRoute,
  createProbeRoutes,
  createRedirectRoute,
} from '../server/doors/pages.ts';
import { Fanout } from '../server/fanout/fanout.ts';
import { FieldAnswers } from '../server/fields/field-answers.ts';
import { createGraphQLPipeline } from '../server/graphql/pipeline.ts';
import type { HandleRequest } from '../server/http/handle-request.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../server/http/http-server.ts';
import { type Cors, createCors } from '../server/http/messages/cors.ts';
import { Readiness } from '../server/http/readiness.ts';
import { SlowReaders } from '../server/http/slow-readers.ts';
import { createMcpRoutes } from '../server/mcp/mcp-route.ts';
import { createRequestObserver, type ObserverOptions } from '../server/observe/request-observer.ts';
import { createOpenApiRoutes } from '../server/openapi/openapi-routes.ts';
import { createRestRoutes } from '../server/rest/rest-routes.ts';
import type { Route } from '../server/routing/route.ts';
import { createRouter } from '../server/routing/router.ts';
import { createEventStreams } from '../server/sse/event-streams.ts';
import type { SocketLimits } from '../server/websocket/accept-sockets.ts';
import { createSubscriptionServer, type SubscriptionServer } from '../server/websocket/subscription-server.ts';
import { readVersion } from '../telemetry/metrics/version.ts';

/** Callbacks for events in the server. */
export interface ServerEvents extends Pick<ObserverOptions, 'onRequest'> {
  /** A document was requested; `isHit` if it is known already. */
  readonly onDocument?: (isHit: boolean) => void;
  /** A request to the GraphQL address was not answered by the answer service. */
  readonly onDeclined?: (reason: string) => void;
  /** A request has arrived for the route with this path, or for an unknown path (`other`). */
  readonly onRoute?: (path: string) => void;
  /** An error was masked as INTERNAL_SERVER_ERROR. */
  readonly onInternalError?: () => void;
  /** A socket has closed with this code. */
  readonly onSocketClose?: (code: number) => void;
}

export interface ServerOptions {
  readonly marketData: MarketData;
  readonly live: LiveOperations;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Without it, all clients are admitted. */
  readonly gate?: Gate;
  /** Without it, pages of any origin can send requests. */
  readonly cors?: Cors;
  /** The origins of the pages that may send requests over MCP, besides pages of this machine. */
  readonly corsOrigins?: readonly string[] | null;
  /** Limits on documents and their cost. */
  readonly queryLimits?: QueryLimits;
  /** False if introspection is off; then errors contain no suggestions from the schema either. */
  readonly introspection?: boolean;
  /** False if `/` redirects to GraphiQL instead. */
  readonly livePage?: boolean;
  /** Limits the open operations of all protocols. */
  readonly operations: ConcurrencyLimit;
  readonly subscriptionMemory: SubscriptionMemoryLimits;
  readonly socketLimits: SocketLimits;
  /** How long a client can take to send connection_init, in ms. */
  readonly initTimeoutMs?: number;
  readonly readiness?: Readiness;
  /** How this server is connected to other instances; left out if there can be none. */
  readonly clusterState?: () => ClusterState;
  readonly slowReaders?: SlowReaders;
  /** Answers `/metrics`. */
  readonly metrics?: HandleRequest;
  readonly tracer?: ObserverOptions['tracer'];
  readonly events?: ServerEvents;
  readonly http?: Pick<HttpServerOptions, 'maxConnections' | 'onRefusal' | 'onError' | 'timeouts'>;
}

/** The parts that clients connect to. */
export interface WiredServer {
  readonly http: HttpServer;
  readonly subscriptions: SubscriptionServer;
  readonly answers: AnswerService;
  readonly fields: FieldAnswers;
  readonly engine: GraphQLEngine;
  /** Must be closed after both, or event streams would tell their clients not to reconnect. */
  readonly fanout: Fanout;
  readonly admission: Admission;
  /** Estimated memory of documents and open subscriptions, in bytes. */
  readonly memory: GraphQLEngine['documents']['bytes'] & { readonly open: number };
}

/** Wires the server side: HTTP, WebSocket and what they share. */
export function wireServer(options: ServerOptions): WiredServer {
  const {
    log,
    clock = systemClock,
    random = Math.random,
    gate = createGate(),
    cors = createCors(null),
    events = {},
  } = options;
  const { readiness = new Readiness(), slowReaders = new SlowReaders({ clock }), tracer = null } = options;
  const { introspection = true, livePage = true, queryLimits } = options;
  const engine = createGraphQLEngine({
    marketData: options.marketData,
    live: options.live,
    clock,
    introspection,
    ...(queryLimits ? { limits: queryLimits } : {}),
    report: createErrorReport(new ThrottledLog({ log, clock }), events.onInternalError),
  });
  const { documents, report } = engine;
  const persisted = new PersistedQueries(documents.persisted);
  const memory = new SubscriptionMemory({ ...options.subscriptionMemory, documents });
  const admission = new Admission({ operations: options.operations, memory, clock });
  const answers = createAnswerService({ engine, gate, persisted, clock, ...events });
  const pipeline = createGraphQLPipeline({ engine, gate, persisted, log });
  const fanout = new Fanout({ createContext: () => engine.createContext(() => {}), report });
  const observed = { log, tracer, ...(events.onRequest ? { onRequest: events.onRequest } : {}) };

  const fields = new FieldAnswers({ answers, engine });
  const streams = createEventStreams({ engine, gate, admission, persisted, fanout, slowReaders, clock });

  const graphqlRoute = createGraphQLRoute({
    answers,
    streams,
    pipeline: (request, response, context) => {
      slowReaders.watchStream(response);
      return pipeline.handle(request, response, context);
    },
    graphiql: createGraphiQL(),
    ...(events.onDeclined ? { onBypass: events.onDeclined } : {}),
    clock,
  });
  const routes: Route[] = [graphqlRoute, ...(livePage ? createLivePageRoutes() : [createRedirectRoute()])];
  routes.push(
    ...createOpenApiRoutes({ schema: engine.schema, version: readVersion(), requiresKey: gate.requiresKey }),
    ...createRestRoutes({ fields, streams, engine, slowReaders, clock, random }),
    ...createMcpRoutes({ fields, engine, corsOrigins: options.corsOrigins ?? null, clock, readVersion }),
  );
  routes.push(...createProbeRoutes(readiness, options.clusterState));
  if (options.metrics) routes.push(createMetricsRoute(options.metrics));
  const router = createRouter({
    routes,
    gate,
    cors,
    observer: createRequestObserver(observed),
    report,
    ...(events.onRoute ? { onRequest: events.onRoute } : {}),
  });
  const http = createHttpServer(router, { readiness, slowReaders, clock, ...options.http });
  const subscriptions = createSubscriptionServer({
    server: http.server,
    engine,
    fanout,
    getEnveloped: pipeline.getEnveloped,
    admission,
    gate,
    cors,
    limits: options.socketLimits,
    clock,
    ...observed,
    ...(options.initTimeoutMs === undefined ? {} : { initTimeoutMs: options.initTimeoutMs }),
    ...(events.onSocketClose ? { onClose: events.onSocketClose } : {}),
  });
  return {
    http,
    subscriptions,
    answers,
    fields,
    engine,
    fanout,
    admission,
    get memory() {
      return { ...documents.bytes, open: admission.memoryBytes };
    },
  };
}
