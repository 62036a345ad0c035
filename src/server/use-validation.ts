import { validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Nobody reads more, and each takes a look through the whole document for its place. */
const maxErrors = 20;

/** Validates documents up to so many errors; these suggest names of the schema unless that is to be hidden. */
export function useValidation(hideSuggestions: boolean): Plugin {
  return {
    onValidate: ({ setValidationFn }) =>
      setValidationFn((schema, document, rules, options, typeInfo) =>
        validate(schema, document, rules, { ...options, maxErrors, hideSuggestions }, typeInfo),
      ),
  };
}
