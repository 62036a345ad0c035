import { execute } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Executes queries with graphql-js, which answers fields in the order asked; Yoga's executor does so in that of arrival. */
export function useGraphQLExecute(): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
  };
}
