import type { ServerResponse } from 'node:http';
import { type DocumentNode, GraphQLError } from 'graphql';
import type { Admission } from '../access/admission.ts';
import type { NewSubscription } from '../access/subscription-memory.ts';
import type { LimitReached } from '../access/waiting-room.ts';
import { clientHasLeft } from '../graphql/request/client-has-left.ts';
import { httpStatus } from '../http/messages/statuses.ts';

/** A subscription that wants a place among the open operations. */
export interface StreamRequest extends NewSubscription {
  readonly address: string;
  /** The size of the request, in bytes. */
  readonly bytes: number;
}

/**
 * Counts an event stream as an open operation, and counts the memory that it keeps. A stream over the limit waits
 * briefly for another operation to end. Place and memory are released when the response has closed. Resolves with the
 * document to use from now on, and rejects with the limit.
 */
export async function admitStream(
  admission: Admission,
  response: ServerResponse,
  { address, bytes, ...subscription }: StreamRequest,
): Promise<DocumentNode> {
  const leave = (): void => admission.leave(response);
  response.once('close', leave);
  const limit = await admission.enter(response, { address, bytes, take: () => admission.take(address) });
  if (limit) throw refuse(limit);
  const memory = await admission.reserve(response, address, subscription);
  if (!('keys' in memory)) {
    admission.release(address);
    throw refuse(memory);
  }
  response.off('close', leave);
  const release = (): void => {
    admission.release(address);
    admission.releaseMemory(memory);
  };
  // The 'close' event has been emitted already.
  if (response.destroyed) {
    release();
    throw clientHasLeft();
  }
  response.once('close', release);
  return memory.document;
}

/**
 * If all clients together have reached a limit, the server is at fault (503). Any other limit is the client's fault
 * (429).
 */
function refuse({ isServerWide, toError }: LimitReached): GraphQLError {
  const { message, code, retryable } = toError();
  const status = isServerWide ? httpStatus.serviceUnavailable : httpStatus.tooManyRequests;
  return new GraphQLError(message, { extensions: { code, retryable, http: { status } } });
}
