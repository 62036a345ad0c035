import type { Plugin } from 'graphql-yoga';

/** Removes suggestions from the schema from errors about variables. Validation refuses introspection. */
export function useHiddenSchema(): Plugin {
  return {
    onExecute: ({ args }) => {
      Object.assign(args, { hideSuggestions: true });
    },
  };
}
