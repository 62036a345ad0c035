import type { Plugin } from 'graphql-yoga';
import type { PersistedQueries } from '../../answers/persisted-queries.ts';

/** Replaces a hash by its document, and remembers valid documents. */
export function usePersistedQueries(persisted: PersistedQueries): Plugin {
  return {
    onParams: ({ params, setParams }) => {
      const { query = null, extensions = null } = params;
      // Yoga refuses a query that is not a string.
      if (!extensions || (query !== null && typeof query !== 'string')) return;
      const text = persisted.find({ query, extensions });
      if (text !== null) setParams({ ...params, query: text });
    },
    onValidate: ({ context }) => {
      const { query = null, extensions = null } = context.params ?? {};
      return ({ valid }) => {
        if (valid && query !== null) persisted.remember({ query, extensions });
      };
    },
  };
}
