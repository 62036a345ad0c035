import type { Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { DocumentStore } from '../../../graphql/documents/document-store.ts';

/** Takes documents and their validation errors from the store, which keeps them for all protocols. */
export function useDocuments(documents: DocumentStore): Plugin {
  return {
    onParse: ({ setParseFn }) =>
      setParseFn(
        (source: string | Source) => documents.get(typeof source === 'string' ? source : source.body).document,
      ),
    onValidate: ({ setValidationFn }) => setValidationFn((_schema, document) => documents.errorsOf(document)),
  };
}
