import { GraphQLError } from 'graphql';
import { httpStatus } from '../../http/messages/statuses.ts';

/** Ends the handling of a request whose client has closed its connection. */
export function clientHasLeft(): GraphQLError {
  const http = { status: httpStatus.badRequest };
  return new GraphQLError('The client has closed the connection.', { extensions: { code: 'BAD_USER_INPUT', http } });
}
