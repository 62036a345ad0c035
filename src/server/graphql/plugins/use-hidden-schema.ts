import type { Plugin } from 'graphql-yoga';

/** Errors of variables suggest nothing of the schema. Validation refuses documents that ask for the schema. */
export function useHiddenSchema(): Plugin {
  return {
    onExecute: ({ args }) => {
      Object.assign(args, { hideSuggestions: true });
    },
    onSubscribe: ({ args }) => {
      Object.assign(args, { hideSuggestions: true });
    },
  };
}
