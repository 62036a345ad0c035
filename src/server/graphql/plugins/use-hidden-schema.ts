import type { Plugin } from 'graphql-yoga';

/** Errors of variables suggest nothing of the schema. That documents do not ask for it is for validation to see to. */
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
