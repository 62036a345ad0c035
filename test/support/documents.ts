import { defaultQueryLimits } from '../../src/graphql/cost/query-limits.ts';
import { DocumentStore } from '../../src/graphql/documents/document-store.ts';
import { createDocumentParser } from '../../src/graphql/documents/parse-document.ts';
import { createDocumentValidator } from '../../src/graphql/documents/validate-document.ts';
import { schema } from '../../src/graphql/schema/schema.ts';

/** An empty document store with the usual limits. */
export function createDocuments(): DocumentStore {
  return new DocumentStore({
    parse: createDocumentParser(defaultQueryLimits),
    validate: createDocumentValidator(schema, { introspection: true }),
  });
}
