import { createHash } from 'node:crypto';
import { type DocumentNode, type ExecutionArgs, getOperationAST, print } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';

/** Digests of printed documents, of which the document store gives the same object again and again. */
export type DocumentDigests = WeakMap<DocumentNode, string>;

/** Variables that take more characters go into a key as their digest. */
const maxVariablesLength = 200;

/**
 * What makes two subscriptions the same: the document without its layout and comments, the operation's name, the
 * variables that the operation declares with their defaults, in one order, and who may see the answer. Null where the
 * variables are wrong.
 */
export function toGroupKey(args: ExecutionArgs, scope: string, digests: DocumentDigests): string | null {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], variableValues ?? {});
  if (!coerced) return null;
  const digest = digests.get(document) ?? digestOf(print(document));
  digests.set(document, digest);
  const variables = JSON.stringify(toCanonical(coerced));
  const named = variables.length > maxVariablesLength ? digestOf(variables) : variables;
  return JSON.stringify([scope, digest, operationName ?? null, named]);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** The same value for the same content: objects become lists of entries in the order of their names. */
function toCanonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCanonical);
  if (typeof value !== 'object' || value === null) return value;
  return {
    entries: Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, toCanonical(v)]),
  };
}
