import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { type DocumentKey, digestOf, toDocumentKey } from '../../graphql/documents/event-document.ts';

/** By document object: the document store returns the same object for the same text. */
export type DocumentKeys = WeakMap<DocumentNode, DocumentKey>;

export interface GroupKey {
  /** Equal for operations that turn every event into the same payload and whose clients have the same rights. */
  readonly payload: string;
  /** Equal for operations that also receive the same events. */
  readonly group: string;
  /** How many values the lists of these arguments have. */
  readonly listed: number;
  /** With this document events are executed. */
  readonly eventDocument: DocumentNode;
  /** True if the operation begins in the past, so that it cannot join a group. */
  readonly hasStart: boolean;
}

/** For variables with more characters, the key contains their digest instead. */
const maxVariablesLength = 200;

/**
 * Computes the keys of a subscription. Two subscriptions have the same payload key if these are equal: the document
 * without layout, comments and the arguments that only select events, the name of the operation, the declared variables
 * with their defaults, and the scope. The order of variables does not matter, and variables that only determine the
 * start or select events are left out. The group key also contains the values of the arguments that select events.
 * Returns null if the variables are wrong.
 */
export function toGroupKey(args: ExecutionArgs, scope: string, keys: DocumentKeys): GroupKey | null {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], variableValues ?? {});
  if (!coerced) return null;
  const key = findDocumentKey(schema, document, keys);
  const given = Object.entries(coerced).filter(([name]) => !key.unusedVariables.has(name));
  const variables = toShort(JSON.stringify(toCanonical(Object.fromEntries(given))));
  const payload = JSON.stringify([scope, key.digest, operationName ?? null, variables]);
  const selection = key.selections.map(({ name, value }) => [name, valueFromASTUntyped(value, coerced)]);
  return {
    payload,
    group: selection.length === 0 ? payload : `${payload} ${toShort(JSON.stringify(toCanonical(selection)))}`,
    listed: selection.reduce((sum, [, value]) => sum + (Array.isArray(value) ? value.length : 0), 0),
    eventDocument: key.eventDocument,
    hasStart: key.starts.some((value) =>
      value.kind === Kind.VARIABLE ? coerced[value.name.value] != null : value.kind !== Kind.NULL,
    ),
  };
}

/** True if operations of the document list markets, so that they share payloads with other lists. */
export function hasLists({ schema, document }: ExecutionArgs, keys: DocumentKeys): boolean {
  return findDocumentKey(schema, document, keys).selections.length > 0;
}

function findDocumentKey(schema: GraphQLSchema, document: DocumentNode, keys: DocumentKeys): DocumentKey {
  const key = keys.get(document) ?? toDocumentKey(schema, document);
  keys.set(document, key);
  return key;
}

function toShort(text: string): string {
  return text.length > maxVariablesLength ? digestOf(text) : text;
}

/** Returns equal values for equal content: objects become lists of entries, sorted by name. */
function toCanonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCanonical);
  if (typeof value !== 'object' || value === null) return value;
  return {
    entries: Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, toCanonical(v)]),
  };
}
