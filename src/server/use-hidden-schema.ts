import { NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Refuses introspection, and names nothing of the schema that a document did not name. */
export function useHiddenSchema(): Plugin {
  return {
    onValidate: ({ addValidationRule, setValidationFn }) => {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      setValidationFn((schema, document, rules, options, typeInfo) =>
        validate(schema, document, rules, { ...options, hideSuggestions: true }, typeInfo),
      );
    },
    onExecute: ({ args }) => {
      Object.assign(args, { hideSuggestions: true });
    },
    onSubscribe: ({ args }) => {
      Object.assign(args, { hideSuggestions: true });
    },
  };
}
