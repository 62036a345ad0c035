import type { DocumentNode, GraphQLError } from 'graphql';

/** A document that was parsed and validated. */
export interface KnownDocument {
  readonly document: DocumentNode;
  /** Why it is not valid; empty for a valid document. */
  readonly errors: readonly GraphQLError[];
}
