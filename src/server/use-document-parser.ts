import type { Plugin } from 'graphql-yoga';
import type { ParseDocument } from '../graphql/parse-document.ts';

/** Parses documents with the given function, which may refuse them before they are validated. */
export function useDocumentParser(parse: ParseDocument): Plugin {
  return {
    onParse: ({ setParseFn }) => setParseFn(parse),
  };
}
