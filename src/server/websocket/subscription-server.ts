import type { Server } from 'node:http';
import { type Server as SocketServer, type VerifyClientCallbackAsync, type WebSocket, WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { GraphQLEngine } from '../../graphql/engine.ts';
import type { Admission } from '../access/admission.ts';
import type { Gate } from '../access/gate.ts';
import type { Fanout } from '../fanout/fanout.ts';
import type { GraphQLPipeline } from '../graphql/pipeline.ts';
import { asksForWebSocket } from '../http/ignored-upgrades.ts';
import { type Cors, createCors } from '../http/messages/cors.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import { graphqlPath } from '../http/paths.ts';
import type { ObserverOptions } from '../observe/request-observer.ts';
import { createSocketAcceptor, type SocketLimits } from './accept-sockets.ts';
import { closeSockets } from './close-sockets.ts';
import { CountedSocket } from './counted-socket.ts';
import { createGraphQLProtocol } from './graphql-protocol.ts';
import { Heartbeat } from './heartbeat.ts';
import { createSocketObserver } from './socket-observer.ts';
import { createSocketOperations } from './socket-operations.ts';
import { chooseSubprotocol } from './subprotocol.ts';

export interface SubscriptionServerOptions extends ObserverOptions {
  /** The HTTP server whose upgrades are handled. */
  readonly server: Server;
  readonly engine: GraphQLEngine;
  readonly fanout: Fanout;
  readonly getEnveloped: GraphQLPipeline['getEnveloped'];
  readonly admission: Admission;
  readonly gate: Gate;
  /** Without it, pages of any origin can open a socket. */
  readonly cors?: Cors;
  readonly limits: SocketLimits;
  /** Called with the close code of each socket that has closed, including refused ones. */
  readonly onClose?: (code: number) => void;
  readonly clock?: Clock;
  /** How long a client can take to send connection_init, in ms. */
  readonly initTimeoutMs?: number;
}

/** Numbers of what is open. */
export interface SocketCounts {
  readonly sockets: number;
  /** Open subscriptions over WebSockets and as server-sent events. */
  readonly subscriptions: number;
  /** Groups of equal subscriptions. */
  readonly groups: number;
  /** Open operations of all kinds, including those over server-sent events. */
  readonly operations: number;
}

export interface SubscriptionServer {
  readonly counts: SocketCounts;
  /** Numbers of messages of all subscriptions since the start. */
  readonly deliveries: Readonly<Fanout['counts']>;
  /**
   * Closes every socket with 1001, very many of them over two seconds, and accepts no new one. Resolves when all are
   * closed.
   */
  close(): Promise<void>;
}

/** How long a client can take to answer a close frame while the server stops, in ms. Then its socket is cut. */
const closeGraceMs = 1000;

/** The same while the server runs: whole answers can still be in transit to a slow client. */
const closeTimeoutMs = 5000;

/** Much more than any document for this schema needs. The default of ws is 100 MiB. */
const maxMessageBytes = 64 * 1024;

/** Serves graphql-transport-ws with the same parsing, validation, context, execution and masking as HTTP. */
export function createSubscriptionServer(options: SubscriptionServerOptions): SubscriptionServer {
  const { server, engine, fanout, getEnveloped, admission, gate, cors = createCors(null), limits, log } = options;
  const { clock = systemClock, initTimeoutMs = 5000, onClose = () => {} } = options;
  const { report } = engine;
  const operations = createSocketOperations({ engine, getEnveloped, gate, fanout });
  const observer = createSocketObserver(options);
  const protocol = createGraphQLProtocol({ gate, operations, observer, initTimeoutMs, report });
  const heartbeat = new Heartbeat(clock);
  const accept = createSocketAcceptor({ protocol, gate, admission, limits, heartbeat, log, clock, onClose });
  const sockets = createWebSocketServer(cors);
  server.on('upgrade', (request, connection, head) => {
    if (!asksForWebSocket(request)) return;
    sockets.handleUpgrade(request, connection, head, (socket) => accept(socket, request));
  });

  return {
    deliveries: fanout.counts,
    get counts() {
      return {
        sockets: sockets.clients.size,
        subscriptions: fanout.subscriptionCount,
        groups: fanout.groupCount,
        operations: admission.openCount,
      };
    },
    close: async () => {
      heartbeat.stop();
      await closeAll(sockets);
    },
  };
}

function createWebSocketServer(cors: Cors): SocketServer<typeof CountedSocket> {
  const verifyClient: VerifyClientCallbackAsync = ({ req }, verify) =>
    verify(cors.mayUpgrade(req), httpStatus.forbidden, 'CORS_ORIGINS does not name this page.');
  // Not in the call, because the types of ws do not include closeTimeout yet.
  const options = {
    noServer: true as const,
    path: graphqlPath,
    maxPayload: maxMessageBytes,
    closeTimeout: closeTimeoutMs,
    handleProtocols: chooseSubprotocol,
    verifyClient,
    WebSocket: CountedSocket,
  };
  return new WebSocketServer(options);
}

/** Resolves when all sockets are closed. The last ones are cut. */
async function closeAll(server: SocketServer<typeof CountedSocket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const sockets: ReadonlySet<WebSocket> = server.clients;
  await closeSockets(sockets, systemClock);
  const cut = setTimeout(() => {
    for (const socket of sockets) socket.terminate();
  }, closeGraceMs);
  await closed;
  clearTimeout(cut);
}
