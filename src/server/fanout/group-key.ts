import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  print,
  type ValueNode,
  visit,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';

/** The part of an operation's key that depends on its document only. */
interface DocumentKey {
  readonly digest: string;
  /** Values of arguments that say where a subscription begins, and change nothing about its events. */
  readonly starts: readonly ValueNode[];
  /** Variables that are used for such arguments only. */
  readonly startVariables: ReadonlySet<string>;
}

/** By document: the document store gives the same object for the same text. */
export type DocumentKeys = WeakMap<DocumentNode, DocumentKey>;

export interface GroupKey {
  /** The same for operations that make the same of every event and whose clients may see the same. */
  readonly payload: string;
  /** True if the operation says where to begin: then it joins no group. */
  readonly hasStart: boolean;
}

/** Longer variables go into a key as their digest, in characters. */
const maxVariablesLength = 200;

/**
 * What makes two subscriptions the same: the document without its layout and comments, the operation's name, the
 * variables that the operation declares with their defaults, in one order and without those that only say where it
 * begins, and who may see the answer. Null if the variables are wrong.
 */
export function toGroupKey(args: ExecutionArgs, scope: string, keys: DocumentKeys): GroupKey | null {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], variableValues ?? {});
  if (!coerced) return null;
  const key = keys.get(document) ?? toDocumentKey(schema, document);
  keys.set(document, key);
  const given = Object.entries(coerced).filter(([name]) => !key.startVariables.has(name));
  const variables = JSON.stringify(toCanonical(Object.fromEntries(given)));
  const variablesKey = variables.length > maxVariablesLength ? digestOf(variables) : variables;
  return {
    payload: JSON.stringify([scope, key.digest, operationName ?? null, variablesKey]),
    hasStart: key.starts.some((value) =>
      value.kind === Kind.VARIABLE ? coerced[value.name.value] != null : value.kind !== Kind.NULL,
    ),
  };
}

/** A field of the subscription type may name, in its extension `startArgument`, the argument that says where to begin. */
function toDocumentKey(schema: GraphQLSchema, document: DocumentNode): DocumentKey {
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  const starts: ValueNode[] = [];
  const uses = new Map<string, number>();
  visit(document, {
    Field: ({ name, arguments: given = [] }) => {
      const start = fields[name.value]?.extensions.startArgument;
      const value = given.find((argument) => argument.name.value === start)?.value;
      if (value) starts.push(value);
    },
    VariableDefinition: { leave: ({ variable }) => countUse(variable.name.value, -1) },
    Variable: ({ name }) => countUse(name.value, 1),
  });

  function countUse(variable: string, count: number): void {
    uses.set(variable, (uses.get(variable) ?? 0) + count);
  }

  const names = starts.flatMap((value) => (value.kind === Kind.VARIABLE ? [value.name.value] : []));
  const isOnlyStart = (name: string): boolean => uses.get(name) === names.filter((other) => other === name).length;
  return { digest: digestOf(print(document)), starts, startVariables: new Set(names.filter(isOnlyStart)) };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** The same value for the same content: objects become lists of entries, sorted by name. */
function toCanonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCanonical);
  if (typeof value !== 'object' || value === null) return value;
  return {
    entries: Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, toCanonical(v)]),
  };
}
