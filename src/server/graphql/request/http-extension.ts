import { GraphQLError } from 'graphql';
import { toRefusal } from '../../http/messages/refusal.ts';

// Yoga takes the status and headers of an answer from `extensions.http` of the errors, and then removes the extension.

/** Returns the error with the status and headers of the answer with which Yoga refuses the request. */
export function withHttp(error: GraphQLError): GraphQLError {
  // Yoga's own errors have the extension already, and the place in the document, which a new error would lose.
  if (error.extensions.http !== undefined) return error;
  const http = toRefusal(error);
  return http ? new GraphQLError(error.message, { extensions: { ...error.extensions, http } }) : error;
}
