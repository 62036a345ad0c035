import { GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { toClientError } from '../graphql/errors.ts';

/**
 * Gives errors of parsing and validation, which Yoga does not mask, the codes that clients know. Variables of a query
 * string that are no JSON are the client's error too; Yoga would mask them as the server's.
 */
export function useErrorCodes(report: (error: unknown) => void): Plugin {
  return {
    onRequestParse: ({ request, requestParser, setRequestParser }) => {
      if (request.method !== 'GET' || !requestParser) return;
      setRequestParser(async (get) => {
        try {
          return await requestParser(get);
        } catch (error) {
          throw error instanceof SyntaxError ? badQueryString() : error;
        }
      });
    },
    onExecutionResult: ({ result, setResult }) => {
      if (!result || Array.isArray(result) || isAsyncIterable(result) || !result.errors) return;
      setResult({ ...result, errors: result.errors.map((error) => toClientError(error, report)) });
    },
  };
}

function badQueryString(): GraphQLError {
  return new GraphQLError('variables and extensions in a query string must be JSON objects.', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}
