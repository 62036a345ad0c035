import type { Plugin } from 'graphql-yoga';
import type { Execute } from '../graphql/executor.ts';

/** Executes queries with the given function; Yoga's own answers fields in the order in which they are ready. */
export function useExecutor(execute: Execute): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
  };
}
