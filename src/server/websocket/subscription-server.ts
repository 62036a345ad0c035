import type { Server } from 'node:http';
import { CloseCode, makeServer } from 'graphql-ws';
import { type VerifyClientCallbackAsync, type WebSocket, WebSocketServer } from 'ws';
import { type Clock, systemClock } from '../../base/clock.ts';
import { toClientError } from '../../graphql/execution/errors.ts';
import { MarketDataError } from '../../market/errors.ts';
import type { Allowance } from '../access/allowance.ts';
import type { Gate } from '../access/gate.ts';
import { createFanout, type Fanout } from '../fanout/fanout.ts';
import type { GraphQLServer } from '../graphql/pipeline.ts';
import { withoutHttp } from '../graphql/refusal.ts';
import { type Cors, createCors } from '../http/cors.ts';
import { asksForWebSocket } from '../http/ignored-upgrades.ts';
import { graphqlPath } from '../http/paths.ts';
import type { ObserverOptions } from '../observe/request-observer.ts';
import { closeSockets } from './close-sockets.ts';
import { CountedSocket, MessageRate } from './counted-socket.ts';
import { GraphQLSocket } from './graphql-socket.ts';
import { Heartbeat } from './heartbeat.ts';
import { OperationIds } from './operation-ids.ts';
import { BadMessage, createSocketHost, tooMany } from './socket-host.ts';
import { createSocketObserver } from './socket-observer.ts';
import { type ConnectionParams, createSocketOperations, type SocketExtra } from './socket-operations.ts';
import { chooseSubprotocol, refuseSubprotocol } from './subprotocol.ts';

export interface SubscriptionServerOptions extends ObserverOptions {
  /** The HTTP server whose upgrades it takes. */
  readonly server: Server;
  readonly graphql: GraphQLServer;
  readonly gate: Gate;
  /** Any page may open one without it. */
  readonly cors?: Cors;
  readonly limits: SocketLimits;
  /** Called for each socket that has closed, refused ones too, with its close code. */
  readonly onClose?: (code: number) => void;
  readonly clock?: Clock;
  /** How long a client may take to send connection_init, in ms. */
  readonly initTimeoutMs?: number;
}

export interface SocketLimits {
  /** Sockets that are open. */
  readonly sockets: Allowance;
  /** How many operations one socket may have open. */
  readonly maxSubscriptions: number;
  /**
   * How many messages one socket may send that have nothing to do with an operation. Those that begin or end one may be
   * as many, and two more for each operation that it may have: who turns to another page ends them all, and subscribes
   * to as many. What comes faster waits.
   */
  readonly maxMessagesPerSecond: number;
}

export interface SubscriptionServer {
  /**
   * Sockets that are open, their subscriptions, and the groups of those that are the same; operations of all kinds that
   * are open, over server-sent events too.
   */
  readonly counts: {
    readonly sockets: number;
    readonly subscriptions: number;
    readonly groups: number;
    readonly operations: number;
  };
  /** How much was told over all sockets since the start. */
  readonly tally: Fanout['tally'];
  /** Closes every socket with 1001, very many of them over two seconds, and takes no new one. Resolves when all are closed. */
  close(): Promise<void>;
}

/** Of the WebSocket Close Code Number registry (IANA). A client may connect again later. */
const tryAgainLater = 1013;

/** How long a client may take to answer our close frame before its socket is cut, in ms. */
const closeGraceMs = 1000;

/** The same while the server runs, where whole answers may be under way to a slow client. */
const closeTimeoutMs = 5000;

/** Far more than any document of this schema needs; ws would take 100 MiB. */
const maxMessageBytes = 64 * 1024;

/** The id comes back in every message, and clients number theirs or take a UUID. */
const maxIdLength = 256;

/** graphql-transport-ws through the same parsing, validation, context, execution and masking as HTTP. */
export function createSubscriptionServer(options: SubscriptionServerOptions): SubscriptionServer {
  const { server, graphql, gate, cors = createCors(null), limits, log, clock = systemClock } = options;
  const { initTimeoutMs = 5000, onClose = () => {} } = options;
  const { maxSubscriptions, maxMessagesPerSecond } = limits;
  const { admission } = graphql;
  const verifyClient: VerifyClientCallbackAsync = ({ req }, verify) =>
    verify(cors.mayUpgrade(req), 403, 'CORS_ORIGINS does not name this page.');
  // Not in the call, since the types of ws do not know its closeTimeout yet.
  const socketOptions = {
    noServer: true as const,
    path: graphqlPath,
    maxPayload: maxMessageBytes,
    closeTimeout: closeTimeoutMs,
    handleProtocols: chooseSubprotocol,
    verifyClient,
    WebSocket: CountedSocket,
  };
  const sockets = new WebSocketServer(socketOptions);
  server.on('upgrade', (request, connection, head) => {
    if (!asksForWebSocket(request)) return;
    sockets.handleUpgrade(request, connection, head, (socket) => sockets.emit('connection', socket, request));
  });
  const heartbeat = new Heartbeat(clock);
  const { report } = graphql;
  const observer = createSocketObserver(options);
  const isLogged = log.isLevelEnabled('debug');
  const fanout = createFanout({ createContext: graphql.createSharedContext, report });
  const operations = createSocketOperations({ graphql, gate, fanout, report });

  const protocol = makeServer<ConnectionParams, SocketExtra>({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: async (context) => {
      const { extra, connectionParams } = context;
      const { Authorization, authorization = Authorization } = connectionParams ?? {};
      const given = typeof authorization === 'string' ? authorization : extra.authorization;
      // Both would stay in memory as long as the socket, and a key may be in them.
      extra.authorization = undefined;
      Object.assign(context, { connectionParams: undefined });
      try {
        extra.principal = await gate.identify(extra.address, given);
        return true;
      } catch (error) {
        refuse(extra.socket, error);
        return false;
      }
    },
    onSubscribe: async (context, id, payload) => {
      if (id.length > maxIdLength) throw new BadMessage(`An id may have ${maxIdLength} characters`);
      const { socket, address, ids } = context.extra;
      // At once, since those that come in one piece are handled one after the other.
      const begun = ids.begin(id, payload, socket.messageLength);
      const prepared = await observer.begin(payload, address, async () => {
        const shortage = await begun;
        return shortage ? [toClientError(shortage.toError(), report)] : operations.prepare(context, id, payload);
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
      const told = errors.map((error) => toClientError(error, report));
      observer.answer(payload, null, told);
      return told.map(withoutHttp);
    },
    onComplete: async (context, id, payload) => {
      observer.end(payload);
      await context.extra.ids.proceed(id, payload);
      context.extra.ids.end(id, payload);
    },
    execute: operations.execute,
    subscribe: operations.subscribe,
  });

  /** Before graphql-ws does, whose code means that another try may help. */
  function refuse(socket: WebSocket, error: unknown): void {
    const code = error instanceof MarketDataError ? error.code : null;
    if (code === 'UNAUTHENTICATED') socket.close(CloseCode.Unauthorized, 'Unauthorized');
    else if (code === 'RATE_LIMITED') socket.close(tryAgainLater, 'Too many wrong API keys');
    else throw error;
  }

  const noteError = (err: unknown): void => log.debug({ err }, 'a socket failed');
  const operationsPerSecond = maxMessagesPerSecond + 2 * maxSubscriptions;
  const rate = new MessageRate(clock, { operations: operationsPerSecond, messages: maxMessagesPerSecond });
  const host = createSocketHost(rate, clock, log);
  const idsOptions = { admission, maxOperations: maxSubscriptions };
  // One listener for all sockets, since there are many. ws has answered by then.
  const onPing = function (this: WebSocket): void {
    if (this instanceof CountedSocket && this.readyState === this.OPEN) host.admits(this);
  };
  sockets.on('connection', (socket, request) => {
    socket.on('error', noteError);
    if (refuseSubprotocol(socket)) {
      socket.on('close', onClose);
      return;
    }
    const address = gate.addressOf(request);
    const excess = limits.sockets.take(address);
    // Not at the upgrade: of what is refused there, a browser tells its page nothing.
    if (excess) socket.on('close', onClose);
    if (excess === 'address') return socket.close(tooMany, 'Too many sockets from this address');
    if (excess === 'total') return socket.close(tryAgainLater, 'Too many sockets on this server');
    heartbeat.add(socket);
    socket.on('ping', onPing);
    const ids = new OperationIds(idsOptions, address);
    const { authorization } = request.headers;
    const extra: SocketExtra = { socket, ids, address, authorization, principal: null };
    const closed = protocol.opened(new GraphQLSocket(socket, host, ids), extra);
    if (isLogged) log.debug({ address }, 'socket opened');
    // Happens once; `once` would cost memory for each.
    socket.on('close', (code, reason) => {
      onClose(code);
      heartbeat.remove(socket);
      limits.sockets.release(address);
      ids.endAll();
      if (isLogged) log.debug({ address, code }, 'socket closed');
      void closed(code, String(reason));
    });
  });

  return {
    tally: fanout.tally,
    get counts() {
      return {
        sockets: sockets.clients.size,
        subscriptions: fanout.memberCount,
        groups: fanout.groupCount,
        operations: admission.openCount,
      };
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
