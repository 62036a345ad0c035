import { type DocumentNode, GraphQLError, parse, type Source } from 'graphql';
import { type QueryLimits, tooComplex } from '../cost/query-limits.ts';
import { type DocumentSize, measureDocument } from './document-size.ts';

/** Parses a document. Throws a syntax error, or QUERY_TOO_COMPLEX with a message that names the limit. */
export type ParseDocument = (source: string | Source) => DocumentNode;

// Validation compares each operation with every fragment that it reaches, and fragments in one place with each other.
const maxOperations = 20;
const maxFragments = 100;

/** GraphiQL's own introspection query has fourteen levels. */
const maxIntrospectionDepth = 20;
const maxDirectives = 100;
const maxDirectivesPerLocation = 5;

/** Validation compares all fields with the same response name in one place with each other. */
const maxRepeats = 50;

/** With fragments expanded as often as they are spread. A few nested fragments can amount to millions of fields. */
const maxSelections = 5000;

/**
 * Creates a parser that rejects documents beyond the limits. They are measured before validation, because some
 * validation rules take quadratic time.
 */
export function createDocumentParser(
  limits: Pick<QueryLimits, 'maxTokens' | 'maxDepth' | 'maxAliases'>,
): ParseDocument {
  return (source) => {
    const document = parseWithin(source, limits.maxTokens);
    const excess = findExcess(measureDocument(document), limits);
    if (excess) throw tooComplex(excess);
    return document;
  };
}

function parseWithin(source: string | Source, maxTokens: number): DocumentNode {
  try {
    return parse(source, { maxTokens });
  } catch (error) {
    // graphql-js does not mark this error in any other way.
    if (error instanceof GraphQLError && error.message.endsWith('tokens. Parsing aborted.')) {
      throw tooComplex(`The document has more than ${maxTokens} tokens, which is the maximum.`);
    }
    if (error instanceof RangeError) throw tooComplex('The document is nested too deeply to be parsed.');
    throw error;
  }
}

/** A message for the first limit that is exceeded; null if there is none. */
function findExcess(size: DocumentSize, limits: Pick<QueryLimits, 'maxDepth' | 'maxAliases'>): string | null {
  const { operations, fragments, depth, introspectionDepth, aliases, directives } = size;
  const { maxDepth, maxAliases } = limits;
  if (operations > maxOperations) return exceeds(operations, 'operations', maxOperations);
  if (fragments > maxFragments) return exceeds(fragments, 'fragments', maxFragments);
  if (depth > maxDepth) return `The document is ${depth} levels deep; it may have at most ${maxDepth}.`;
  if (introspectionDepth > maxIntrospectionDepth) {
    return exceeds(introspectionDepth, 'levels of introspection', maxIntrospectionDepth);
  }
  if (aliases > maxAliases) return exceeds(aliases, 'aliases', maxAliases);
  if (directives > maxDirectives) return exceeds(directives, 'directives', maxDirectives);
  if (size.maxDirectivesPerLocation > maxDirectivesPerLocation) {
    return exceeds(size.maxDirectivesPerLocation, 'directives in one place', maxDirectivesPerLocation);
  }
  const { name, count } = size.mostRepeated;
  if (count > maxRepeats) {
    return `The document selects ${name} ${count} times in one place; it may do so at most ${maxRepeats} times.`;
  }
  if (size.selections > maxSelections) {
    return `With its fragments expanded, the document has more than ${maxSelections} fields, which is the maximum.`;
  }
  return null;
}

function exceeds(count: number, what: string, max: number): string {
  return `The document has ${count} ${what}; it may have at most ${max}.`;
}
