import type { Plugin } from 'graphql-yoga';
import type { Execute } from '../../../graphql/execution/executor.ts';

/**
 * Executes queries with the given function. Yoga's own executor returns fields in the order in which they are ready. It
 * also treats every object with a field `then` as a promise, although clients can give that alias to any field.
 */
export function useExecutor(execute: Execute): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
  };
}
