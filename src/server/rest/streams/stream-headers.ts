import type { HttpContext } from '../../http/messages/http-context.ts';
import { acceptsEvents } from '../../http/messages/media-type.ts';
import { refuse } from '../../http/messages/refusal.ts';
import { asDeclared } from '../../http/messages/send.ts';
import { httpStatus } from '../../http/messages/statuses.ts';

/** Throws if the client cannot receive events. */
export function requireStreamClient({ request }: HttpContext): void {
  if (request.method !== 'GET') {
    throw refuse(httpStatus.methodNotAllowed, 'An event stream answers only GET.', { allow: 'GET' });
  }
  if (acceptsEvents(request.headers.accept)) return;
  throw refuse(httpStatus.notAcceptable, 'This path answers with server-sent events: send accept: text/event-stream.');
}

/** Sets the headers that each stream has besides those of event streams. */
export function setStreamHeaders({ request, response, cors }: HttpContext): void {
  const headers = { ...asDeclared, ...cors.headersFor(request, { vary: 'Accept, Authorization' }) };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
}
