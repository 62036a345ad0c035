import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { HandleRequest } from './handle-request.ts';
import { asksForWebSocket, IgnoredUpgrades, shouldUpgrade } from './ignored-upgrades.ts';
import { InFlight } from './in-flight.ts';
import { PipelineQueue } from './pipeline-queue.ts';
import { Readiness } from './readiness.ts';
import { normalizeTarget } from './request-target.ts';
import { SlowReaders } from './slow-readers.ts';

/** How long clients can take before and while they send a request, in ms. */
export interface RequestTimeouts {
  /** For the headers, and for the first bytes of a connection. */
  readonly headersMs: number;
  /** For a whole request including its body: 256 KB at 9 KB per second. */
  readonly requestMs: number;
  /**
   * Between requests of a connection. Longer than the minute after which load balancers close idle connections (AWS and
   * nginx by default). If the server closes first, a request in transit is lost, and the client receives a 502.
   */
  readonly keepAliveMs: number;
  /** The interval at which connections are checked for these timeouts. */
  readonly checkMs: number;
}

const usualTimeouts: RequestTimeouts = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 65_000, checkMs: 5000 };

/** How long requests in progress can take to finish once the server closes, in ms. */
const drainMs = 7000;

export interface HttpServerOptions {
  /** While the server is stopping, each connection ends with its next answer. */
  readonly readiness?: Readiness;
  /** Cuts the connections of clients that do not read their answers. */
  readonly slowReaders?: SlowReaders;
  /** The maximum number of open connections; others are closed at once. Null for no limit. */
  readonly maxConnections?: number | null;
  /** Called for each connection that is closed because there are too many. */
  readonly onRefusal?: () => void;
  /** Called when a connection could not be accepted. */
  readonly onError?: (error: Error) => void;
  readonly timeouts?: RequestTimeouts;
  readonly clock?: Clock;
}

/** An HTTP server that answers the requests of each connection in order, and can be drained. */
export interface HttpServer {
  /** The underlying server, for the WebSocket server that handles its upgrades. */
  readonly server: Server;
  /** Number of requests that are being answered. */
  readonly requestCount: number;
  /** Resolves with the port once the server listens; rejects with Node's error, for example EADDRINUSE. */
  listen(port: number, host: string): Promise<number>;
  /**
   * Stops accepting connections, ends event streams, and gives requests in progress some time. Then cuts all
   * connections.
   */
  close(): Promise<void>;
}

export function createHttpServer(handle: HandleRequest, options: HttpServerOptions = {}): HttpServer {
  const { readiness = new Readiness(), timeouts = usualTimeouts, clock = systemClock } = options;
  const { slowReaders = new SlowReaders({ clock }), maxConnections = null } = options;
  const { onRefusal = () => {}, onError = () => {} } = options;
  const pipelineQueue = new PipelineQueue(
    (request: IncomingMessage, response: ServerResponse): void => {
      // The client then sends its next request to another server, not over a connection that closes meanwhile.
      if (readiness.state === 'stopping') response.shouldKeepAlive = false;
      normalizeTarget(request);
      slowReaders.watch(response);
      handle(request, response);
    },
    () => inFlight.recordEnd(),
  );
  const inFlight = new InFlight(pipelineQueue);
  const serverOptions = {
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    connectionsCheckingInterval: timeouts.checkMs,
    shouldUpgradeCallback: shouldUpgrade,
  };
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
      return pipelineQueue.count;
    },
    listen: (port, host) => listen(server, port, host, onError),
    close: async () => {
      readiness.markStopping();
      const closed = new Promise((resolve) => server.close(resolve));
      await inFlight.drain(clock, drainMs);
      // Not closeIdleConnections, which does not close connections that a browser has opened in advance and not used.
      server.closeAllConnections();
      ignored.close();
      await closed;
    },
  };
}

function listen(server: Server, port: number, host: string, onError: (error: Error) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject).on('error', onError);
      resolve(toPort(server.address()));
    });
  });
}

function toPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('the server does not listen on a port');
  return address.port;
}
