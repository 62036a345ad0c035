import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.ts';
import { closeCode } from './close-codes.ts';
import type { CountedSocket, MessageRate } from './counted-socket.ts';
import type { SocketHost } from './graphql-socket.ts';

/** The error for a message that clients must not send. The socket is closed with 4400. */
export class BadMessage extends Error {
  override readonly name = 'BadMessage';
}

/** Creates the host of all sockets, which closes sockets whose clients break the rules. */
export function createSocketHost(rate: MessageRate, clock: Clock, log: Logger): SocketHost {
  return {
    admits: (socket: CountedSocket) => {
      if (!rate.exceeds(socket)) return true;
      socket.close(closeCode.tooMany, 'Too many messages');
      return false;
    },
    delayOf: (socket) => rate.take(socket),
    later: (delayMs, callback) => {
      if (delayMs > 0) clock.after(delayMs, callback);
      else setImmediate(callback);
    },
    onFailure: (socket, err) => {
      log.debug({ err }, 'a message could not be handled');
      if (err instanceof BadMessage) socket.close(closeCode.badRequest, err.message);
      else if (isClientFault(err)) socket.close(closeCode.badRequest, 'Invalid message received');
      else socket.close(closeCode.internalServerError, 'Internal server error');
    },
    onUnread: (socket) => socket.close(closeCode.policyViolation, 'Too many answers unread'),
  };
}

/**
 * graphql-ws throws for a message that only servers can send. JSON throws for a ping that is nested too deeply to be
 * echoed.
 */
function isClientFault(error: unknown): boolean {
  return (
    error instanceof RangeError || (error instanceof Error && error.message.startsWith('Unexpected message of type'))
  );
}
