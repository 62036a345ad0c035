import { GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { toClientError } from '../../../graphql/execution/errors.ts';
import { httpStatus } from '../../http/messages/statuses.ts';

/**
 * Adds error codes to errors of parsing and validation, which Yoga does not mask. Variables in a query string that are
 * not JSON count as an error of the client; Yoga would mask it as an error of the server. A body that is not JSON is
 * answered with status 400, whatever the client accepts (GraphQL over HTTP, JSON parsing failure).
 */
export function useErrorCodes(report: (error: unknown) => void): Plugin {
  return {
    onRequestParse: ({ request, requestParser, setRequestParser }) => {
      if (!requestParser) return;
      setRequestParser(async (given) => {
        try {
          return await requestParser(given);
        } catch (error) {
          if (request.method === 'GET' && error instanceof SyntaxError) throw badQueryString();
          throw error instanceof GraphQLError ? withStatus(error) : error;
        }
      });
    },
    onExecutionResult: ({ result, setResult }) => {
      if (!result || Array.isArray(result) || isAsyncIterable(result) || !result.errors) return;
      setResult({ ...result, errors: result.errors.map((error) => toClientError(error, report)) });
    },
  };
}

function withStatus({ message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: httpStatus.badRequest } } });
}

function badQueryString(): GraphQLError {
  return new GraphQLError('variables and extensions in a query string must be JSON objects.', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: httpStatus.badRequest } },
  });
}
