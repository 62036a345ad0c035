import { CloseCode } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import type { CountedSocket, MessageRate } from './counted-socket.ts';
import type { SocketHost } from './graphql-socket.ts';

/** RFC 6455, 7.4.1. graphql-ws' clients connect again after it, and not after a 44xx. */
const policyViolation = 1008;

/** The only code of graphql-transport-ws for too much of something. */
export const tooMany = CloseCode.TooManyInitialisationRequests;

/** A message that no client may send, which its socket is closed for with 4400. */
export class BadMessage extends Error {
  override readonly name = 'BadMessage';
}

/** Closes sockets whose clients do what they may not. */
export function createSocketHost(rate: MessageRate, clock: Clock, log: Logger): SocketHost {
  return {
    admits: (socket: CountedSocket) => {
      if (!rate.exceeds(socket)) return true;
      socket.close(tooMany, 'Too many messages');
      return false;
    },
    delayOf: (socket) => rate.take(socket),
    later: (delayMs, callback) => {
      if (delayMs > 0) clock.after(delayMs, callback);
      else setImmediate(callback);
    },
    onFailure: (socket, err) => {
      log.debug({ err }, 'a message could not be handled');
      if (err instanceof BadMessage) socket.close(CloseCode.BadRequest, err.message);
      else if (isClientFault(err)) socket.close(CloseCode.BadRequest, 'Invalid message received');
      else socket.close(CloseCode.InternalServerError, 'Internal server error');
    },
    onUnread: (socket) => socket.close(policyViolation, 'Too many answers unread'),
  };
}

/** graphql-ws throws where a message is the server's to send, and JSON where a ping is nested too deep to be echoed. */
function isClientFault(error: unknown): boolean {
  return (
    error instanceof RangeError || (error instanceof Error && error.message.startsWith('Unexpected message of type'))
  );
}
