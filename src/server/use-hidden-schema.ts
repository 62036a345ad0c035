import { NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Refuses introspection; errors of variables suggest nothing of the schema either. */
export function useHiddenSchema(): Plugin {
  return {
    onValidate: ({ addValidationRule }) => addValidationRule(NoSchemaIntrospectionCustomRule),
    onExecute: ({ args }) => {
      Object.assign(args, { hideSuggestions: true });
    },
    onSubscribe: ({ args }) => {
      Object.assign(args, { hideSuggestions: true });
    },
  };
}
