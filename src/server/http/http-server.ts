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

/** How long clients may take before they ask and while they ask, in ms. */
export interface RequestTimeouts {
  /** For the headers, and for a connection to send anything at all. */
  readonly headersMs: number;
  /** For a whole request, its body included: 256 KB at 9 KB a second. */
  readonly requestMs: number;
  /**
   * Between requests of a connection. Longer than the minute after which load balancers close theirs (AWS and nginx by
   * default): whichever side closes first may do so while a request is on its way, and that request is lost with a 502.
   */
  readonly keepAliveMs: number;
  /** How often connections are checked for these timeouts. */
  readonly checkMs: number;
}

const usualTimeouts: RequestTimeouts = { headersMs: 10_000, requestMs: 30_000, keepAliveMs: 65_000, checkMs: 5000 };

/** How long requests under way may take to finish once the server closes, in ms. */
const drainMs = 7000;

export interface HttpServerOptions {
  /** While it says that the server is stopping, each connection ends with its next answer. */
  readonly readiness?: Readiness;
  /** Cuts clients that do not take their answers. */
  readonly slowReaders?: SlowReaders;
  /** How many connections may be open at a time; more are closed at once. Null for any number. */
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
  /** For the WebSocket server, which takes upgrades to a WebSocket. */
  readonly server: Server;
  /** How many requests are being answered. */
  readonly requestCount: number;
  /** Resolves with the port once it listens; rejects with Node's error, EADDRINUSE for example. */
  listen(port: number, host: string): Promise<number>;
  /** Accepts no new connection, ends event streams, lets requests under way finish for a while, then cuts what is left. */
  close(): Promise<void>;
}

export function createHttpServer(handle: HandleRequest, options: HttpServerOptions = {}): HttpServer {
  const { readiness = new Readiness(), timeouts = usualTimeouts, clock = systemClock } = options;
  const { slowReaders = new SlowReaders({ clock }), maxConnections = null } = options;
  const { onRefusal = () => {}, onError = () => {} } = options;
  const inFlight = new InFlight();
  const pipelineQueue = new PipelineQueue(
    (request: IncomingMessage, response: ServerResponse): void => {
      inFlight.add(response);
      // A client's next request then goes to another server, and meets no connection that closes under it.
      if (readiness.state === 'stopping') response.shouldKeepAlive = false;
      normalizeTarget(request);
      slowReaders.watch(response);
      handle(request, response);
    },
    (response) => inFlight.remove(response),
  );
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
      return inFlight.count;
    },
    listen: (port, host) => listen(server, port, host, onError),
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
