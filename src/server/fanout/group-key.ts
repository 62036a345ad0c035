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

/** The part of an operation's key that depends only on its document. */
interface DocumentKey {
  readonly digest: string;
  /** Argument values that determine where a subscription begins. They do not change its events. */
  readonly starts: readonly ValueNode[];
  /** Variables that are used only for such arguments. */
  readonly startVariables: ReadonlySet<string>;
}

/** By document object: the document store returns the same object for the same text. */
export type DocumentKeys = WeakMap<DocumentNode, DocumentKey>;

export interface GroupKey {
  /** Equal for operations that turn every event into the same payload and whose clients have the same rights. */
  readonly payload: string;
  /** True if the operation begins in the past, so that it cannot join a group. */
  readonly hasStart: boolean;
}

/** For variables with more characters, the key contains their digest instead. */
const maxVariablesLength = 200;

/**
 * Computes the key of a subscription. Two subscriptions have the same key if these are equal: the document without
 * layout and comments, the name of the operation, the declared variables with their defaults, and the scope. The order
 * of variables does not matter, and variables that only determine the start are left out. Returns null if the variables
 * are wrong.
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

/** The extension `startArgument` of a field of the subscription type names the argument that determines the start. */
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
