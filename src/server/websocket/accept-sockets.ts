import type { IncomingMessage } from 'node:http';
import type { Server as ProtocolServer } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Clock } from '../../base/clock.ts';
import type { Admission } from '../access/admission.ts';
import type { ConcurrencyLimit } from '../access/concurrency-limit.ts';
import type { Gate } from '../access/gate.ts';
import { closeCode } from './close-codes.ts';
import { CountedSocket, MessageRate } from './counted-socket.ts';
import { GraphQLSocket } from './graphql-socket.ts';
import type { Heartbeat } from './heartbeat.ts';
import { OperationIds } from './operation-ids.ts';
import { createSocketHost } from './socket-host.ts';
import type { SocketExtra } from './socket-operations.ts';
import { refuseSubprotocol } from './subprotocol.ts';

export interface SocketLimits {
  /** Counts the open sockets. */
  readonly sockets: ConcurrencyLimit;
  /** The maximum number of open operations of one socket. */
  readonly maxSubscriptions: number;
  /**
   * How many messages per second one socket can send that do not concern an operation. For messages that begin or end
   * operations, the limit is this number plus two for each operation that the socket can have, because a client that
   * switches to another page ends all operations and begins as many new ones. Such messages wait if they arrive faster.
   */
  readonly maxMessagesPerSecond: number;
}

export interface AcceptSocketsOptions {
  readonly protocol: ProtocolServer<SocketExtra>;
  readonly gate: Gate;
  readonly admission: Admission;
  readonly limits: SocketLimits;
  readonly heartbeat: Heartbeat;
  readonly log: Logger;
  readonly clock: Clock;
  /** Called with the close code of each socket that has closed, including refused ones. */
  readonly onClose: (code: number) => void;
}

/** Accepts the socket of a client after the handshake of `ws`. */
export type AcceptSocket = (socket: CountedSocket, request: IncomingMessage) => void;

/** Accepts sockets up to the limits, and serves graphql-transport-ws over them. */
export function createSocketAcceptor(options: AcceptSocketsOptions): AcceptSocket {
  const { protocol, gate, admission, limits, heartbeat, log, clock, onClose } = options;
  const { maxSubscriptions, maxMessagesPerSecond } = limits;
  const operationsPerSecond = maxMessagesPerSecond + 2 * maxSubscriptions;
  const rate = new MessageRate(clock, { operations: operationsPerSecond, messages: maxMessagesPerSecond });
  const host = createSocketHost(rate, clock, log);
  const idsOptions = { admission, maxOperations: maxSubscriptions };
  const isLogged = log.isLevelEnabled('debug');
  const onError = (err: unknown): void => log.debug({ err }, 'a socket failed');
  // One listener for all sockets, because there are many. ws has answered by then.
  const onPing = function (this: WebSocket): void {
    if (this instanceof CountedSocket && this.readyState === this.OPEN) host.admits(this);
  };

  function open(socket: CountedSocket, address: string, authorization: string | undefined): void {
    heartbeat.add(socket);
    socket.on('ping', onPing);
    const ids = new OperationIds(idsOptions, address);
    const extra: SocketExtra = { socket, ids, address, authorization, principal: null };
    const closed = protocol.opened(new GraphQLSocket(socket, host, ids), extra);
    if (isLogged) log.debug({ address }, 'socket opened');
    // The event occurs once; `once` would cost memory for each socket.
    socket.on('close', (code, reason) => {
      onClose(code);
      heartbeat.remove(socket);
      limits.sockets.release(address);
      ids.endAll();
      if (isLogged) log.debug({ address, code }, 'socket closed');
      void closed(code, String(reason));
    });
  }

  return (socket, request) => {
    socket.on('error', onError);
    if (refuseSubprotocol(socket)) {
      socket.on('close', onClose);
      return;
    }
    const address = gate.addressOf(request);
    const scope = limits.sockets.take(address);
    if (scope === null) return open(socket, address, request.headers.authorization);
    // Not during the upgrade: browsers do not show pages why an upgrade was refused.
    socket.on('close', onClose);
    if (scope === 'address') socket.close(closeCode.tooMany, 'Too many sockets from this address');
    else socket.close(closeCode.tryAgainLater, 'Too many sockets on this server');
  };
}
