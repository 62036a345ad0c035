import type { GraphQLError } from 'graphql';
import type { HttpContext } from '../../http/messages/http-context.ts';
import { acceptsEvents } from '../../http/messages/media-type.ts';
import { toClientJson } from '../../http/messages/refusal.ts';
import { beginEvents } from '../../sse/stream-messages.ts';
import { sendProblem } from '../messages/problem.ts';
import { connectedId } from './event-ids.ts';
import { toProblemEvent } from './problem-event.ts';
import type { ToRetryLine } from './retry-line.ts';
import { setStreamHeaders } from './stream-headers.ts';

/**
 * Answers a stream that is refused with a status and a problem. But an EventSource gives up for ever after any status
 * but 200, and its page would show old values from then on. So a client that was connected before, as its Last-Event-ID
 * shows, receives the problem as an event if it can continue:
 *
 * - If the error is retryable, it reconnects later and continues from the same event.
 * - If the exchange no longer serves what follows that event, it reconnects and begins at that time.
 */
export function refuseStream(context: HttpContext, error: GraphQLError, toRetryLine: ToRetryLine): void {
  const { request, response } = context;
  const { 'last-event-id': lastId, accept } = request.headers;
  const canRetry = error.extensions.retryable === true;
  const beginsAgain = !canRetry && lastId !== connectedId && isAboutHistory(error);
  const wasConnected = request.method === 'GET' && acceptsEvents(accept) && Boolean(lastId);
  if (!wasConnected || !(canRetry || beginsAgain)) {
    sendProblem(context, error);
    return;
  }
  if (response.headersSent || response.destroyed) return;
  setStreamHeaders(context);
  const { bytes, retryMs } = toProblemEvent(toClientJson(error), { beginsAgain });
  beginEvents(response, `${toRetryLine(retryMs)}${bytes}`);
  response.end();
}

/** True if the exchange refused the history from the id on. Errors about parameters name no exchange. */
function isAboutHistory({ extensions: { code, exchange } }: GraphQLError): boolean {
  return code === 'BAD_USER_INPUT' && exchange !== undefined;
}
