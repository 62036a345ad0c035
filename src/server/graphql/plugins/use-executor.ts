import { subscribe } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Execute } from '../../../graphql/execution/executor.ts';

/**
 * Executes queries with the given function, since Yoga's own answers fields in the order in which they are ready, and
 * subscriptions with graphql-js: to Yoga's executor every object with a field `then` is a promise, and a client may call
 * a field so.
 */
export function useExecutor(execute: Execute): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
  };
}
