import type { HttpContext } from '../../http/messages/http-context.ts';
import { refuse } from '../../http/messages/refusal.ts';
import { httpStatus } from '../../http/messages/statuses.ts';

/** The methods of everything that can only be read. */
export const readMethods = ['GET', 'HEAD'] as const;

/** Throws an error with the status 405 if the request has another method. */
export function requireMethod({ request }: HttpContext, methods: readonly string[]): void {
  if (methods.includes(request.method ?? '')) return;
  const message = `This path answers only ${methods.join(' and ')}.`;
  throw refuse(httpStatus.methodNotAllowed, message, { allow: methods.join(', ') });
}
