import { subscribe } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Execute } from '../../../graphql/execution/executor.ts';

/**
 * Executes queries with the given function and subscriptions with graphql-js. Yoga's own executor returns fields in the
 * order in which they are ready, and takes every object with a field `then` for a promise, although a client may give a
 * field that alias.
 */
export function useExecutor(execute: Execute): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
  };
}
