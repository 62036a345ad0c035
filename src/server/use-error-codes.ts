import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { toClientError } from '../graphql/errors.ts';

/** Gives errors of parsing and validation, which Yoga does not mask, the codes that clients know. */
export function useErrorCodes(report: (error: unknown) => void): Plugin {
  return {
    onExecutionResult: ({ result, setResult }) => {
      if (!result || Array.isArray(result) || isAsyncIterable(result) || !result.errors) return;
      setResult({ ...result, errors: result.errors.map((error) => toClientError(error, report)) });
    },
  };
}
