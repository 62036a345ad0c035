import { type DocumentNode, GraphQLError, parse, type Source } from 'graphql';
import { type QueryLimits, tooComplex } from '../cost/query-limits.ts';
import { type DocumentSize, measureDocument } from './document-size.ts';

/** Parses a document. Throws a syntax error, or QUERY_TOO_COMPLEX with a message that names the limit. */
export type ParseDocument = (source: string | Source) => DocumentNode;

// Validation compares every operation with every fragment that it reaches, and every two fragments in one place.
const maxOperations = 20;
const maxFragments = 100;

/** GraphiQL's own goes fourteen deep. */
const maxIntrospectionDepth = 20;
const maxDirectives = 100;
const maxDirectivesOfOne = 5;

/** Validation compares every two fields in one place. */
const maxRepeats = 50;

/** Each fragment counts as often as it is spread: a few fragments can make millions of selections. */
const maxSelections = 5000;

/**
 * Parses documents that are within the limits: they are measured before validation, some of whose rules take time with
 * the square of what there is.
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
    // graphql-js has no other mark for it.
    if (error instanceof GraphQLError && error.message.endsWith('tokens. Parsing aborted.')) {
      throw tooComplex(`The document has more than ${maxTokens} tokens, which is the most it may have.`);
    }
    if (error instanceof RangeError) throw tooComplex('The document is nested too deeply to be read.');
    throw error;
  }
}

/** The message for the first limit that is exceeded; null if there is none. */
function findExcess(size: DocumentSize, limits: Pick<QueryLimits, 'maxDepth' | 'maxAliases'>): string | null {
  const { operations, fragments, depth, introspectionDepth, aliases, directives, directivesOfOne, repeated } = size;
  const { maxDepth, maxAliases } = limits;
  if (operations > maxOperations) return has(operations, 'operations', maxOperations);
  if (fragments > maxFragments) return has(fragments, 'fragments', maxFragments);
  if (depth > maxDepth) return `The document is ${depth} levels deep; it may have at most ${maxDepth}.`;
  if (introspectionDepth > maxIntrospectionDepth) {
    return has(introspectionDepth, 'levels of introspection', maxIntrospectionDepth);
  }
  if (aliases > maxAliases) return has(aliases, 'aliases', maxAliases);
  if (directives > maxDirectives) return has(directives, 'directives', maxDirectives);
  if (directivesOfOne > maxDirectivesOfOne) {
    return has(directivesOfOne, 'directives in one place', maxDirectivesOfOne);
  }
  if (repeated.times > maxRepeats) {
    return `The document selects ${repeated.name} ${repeated.times} times in one place; it may do so ${maxRepeats} times.`;
  }
  if (size.selections > maxSelections) {
    return `With its fragments in place the document has more than ${maxSelections} fields, which is the most it may have.`;
  }
  return null;
}

function has(count: number, what: string, max: number): string {
  return `The document has ${count} ${what}; it may have at most ${max}.`;
}
