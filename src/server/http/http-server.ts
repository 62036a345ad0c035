import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../base/clock.ts';
import { createGate, type Gate } from '../access/gate.ts';
import type { HandleRequest } from '../doors/graphql-http.ts';
import { createRoutes, handleRoute } from '../doors/routes.ts';
import type { GraphQLServer } from '../graphql/pipeline.ts';
import { type Cors, createCors } from './cors.ts';
import { asksForWebSocket, IgnoredUpgrades, shouldUpgrade } from './ignored-upgrades.ts';
import { InFlight } from './in-flight.ts';
import { graphqlPath } from './paths.ts';
import { PipelineQueue } from './pipeline-queue.ts';
import { Readiness } from './readiness.ts';
import { normalizeTarget } from './request-target.ts';

/** How long clients may take before they ask and while they ask, in ms. */
export interface RequestTimeouts {
  /** For the headers, and for a connection to send anything at all. */
  readonly headersMs: number;
  /** For a request whole, its body included: 256 KB at 9 KB a second. */
  readonly requestMs: number;
  /**
   * Between requests of a connection. Longer than the minute after which load balancers close theirs (AWS and nginx by
   * default): who is first to close may do so while a request is on its way, and that one is lost with a 502.
   */
  readonly keepAliveMs: number;
  /** How often those are looked at that take longer. */
  readonly checkMs: number;
}

const usualTimeouts: RequestTimeouts = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 65_000, checkMs: 5000 };

/** How long requests under way may take to finish once the server closes, in ms. */
const drainMs = 7000;

export interface HttpServerOptions {
  /** What `/ready` tells; while it says that the server is stopping, each connection ends with its next answer. */
  readonly readiness?: Readiness;
  /** Who may see what is not public; without it anybody. */
  readonly gate?: Gate;
  /** Any page may ask without it. */
  readonly cors?: Cors;
  /** Answers `/metrics`. */
  readonly metrics?: HandleRequest;
  /** How many connections may be open at a time; more are closed at once. Null for any number. */
  readonly maxConnections?: number | null;
  /** Called for each connection that is closed since there are too many. */
  readonly onRefusal?: () => void;
  /** Called when a connection could not be taken. */
  readonly onError?: (error: Error) => void;
  readonly timeouts?: RequestTimeouts;
  readonly clock?: Clock;
}

/** The HTTP server in front of the GraphQL pipeline. */
export interface HttpServer {
  /** For the WebSocket server, which takes those of its upgrades that ask for a WebSocket. */
  readonly server: Server;
  /** How many requests are being answered. */
  readonly requestCount: number;
  /** Resolves with the port once it listens; rejects with Node's error, EADDRINUSE for example. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no new connection, ends event streams, lets requests under way finish for a while, then cuts what is left. */
  close(): Promise<void>;
}

/** Serves GraphQL and the pages beside it. */
export function createHttpServer(graphql: GraphQLServer, options: HttpServerOptions = {}): HttpServer {
  const { readiness = new Readiness(), timeouts = usualTimeouts, clock = systemClock } = options;
  const { gate = createGate(), cors = createCors(null), metrics = null } = options;
  const { maxConnections = null, onRefusal = () => {}, onError = () => {} } = options;
  const routes = createRoutes(readiness, metrics);
  const inFlight = new InFlight();
  const serverOptions = {
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    connectionsCheckingInterval: timeouts.checkMs,
    shouldUpgradeCallback: shouldUpgrade,
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    inFlight.add(response);
    // So that a client's next request goes to another server, and meets no connection that closes under it.
    if (readiness.state === 'stopping') response.shouldKeepAlive = false;
    normalizeTarget(request);
    const { url = '' } = request;
    const path = url === graphqlPath ? url : url.split('?', 1)[0];
    if (path === graphqlPath) graphql.handle(request, response);
    else void handleRoute(routes, path ?? '', { request, response, cors }, gate, graphql.report);
  };
  const pipelineQueue = new PipelineQueue(handle, (response) => inFlight.remove(response));
  const server = createServer(serverOptions, (request, response) => pipelineQueue.take(request, response));
  if (maxConnections !== null) server.maxConnections = maxConnections;
  server.on('drop', onRefusal);
  const ignored = new IgnoredUpgrades(server, (socket, callback) => pipelineQueue.whenAnswered(socket, callback));
  server.on('upgrade', (request, socket, head) => {
    if (asksForWebSocket(request)) normalizeTarget(request);
    else ignored.take(request, socket, head);
  });

  return {
    server,
    get requestCount() {
      return inFlight.count;
    },
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject).on('error', onError);
          resolve(toPort(server.address()));
        });
      }),
    close: async () => {
      readiness.markStopping();
      const closed = new Promise((resolve) => server.close(resolve));
      await inFlight.drain(clock, drainMs);
      // Not closeIdleConnections: it spares those that a browser opened ahead and has not used.
      server.closeAllConnections();
      ignored.close();
      await closed;
    },
  };
}

function toPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('the server does not listen on a port');
  return address.port;
}
