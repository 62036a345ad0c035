import { type DocumentNode, type ExecutionArgs, getOperationAST, print } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';

/** Texts of documents, which a parser cache gives as the same object again and again. */
export type PrintedDocuments = WeakMap<DocumentNode, string>;

/**
 * What makes two subscriptions the same: the document without its layout and comments, the operation's name, the
 * variables that the operation declares with their defaults, in one order, and who may see the answer. Null where the
 * variables are wrong.
 */
export function toGroupKey(args: ExecutionArgs, scope: string, printed: PrintedDocuments): string | null {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], variableValues ?? {});
  if (!coerced) return null;
  const text = printed.get(document) ?? print(document);
  printed.set(document, text);
  return JSON.stringify([scope, text, operationName ?? null, toCanonical(coerced)]);
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
