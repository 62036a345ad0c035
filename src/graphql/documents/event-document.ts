import { createHash } from 'node:crypto';
import {
  type ArgumentNode,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLSchema,
  getNullableType,
  isListType,
  Kind,
  print,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** The value of an argument of a field of the subscription type. */
export interface GivenArgument {
  readonly name: string;
  readonly value: ValueNode;
}

/** The part of an operation's key that depends only on its document. */
export interface DocumentKey {
  readonly digest: string;
  /** With this document events are executed: the same without the arguments that only select events. */
  readonly eventDocument: DocumentNode;
  /** Argument values that determine where a subscription begins. They do not change its events. */
  readonly starts: readonly ValueNode[];
  /** Arguments that only select which events a subscription receives. They do not change its events either. */
  readonly selections: readonly GivenArgument[];
  /** Variables that are used only for such arguments. */
  readonly unusedVariables: ReadonlySet<string>;
}

/** The arguments of fields of the subscription type that do not change events. */
interface FoundArguments {
  readonly starts: readonly ValueNode[];
  readonly selections: ReadonlyMap<ArgumentNode, GraphQLArgument>;
  /** How often each variable is used, except in its definition. */
  readonly uses: ReadonlyMap<string, number>;
}

/**
 * Computes the key of a document. Two documents have the same digest if they differ only in layout, in comments, and in
 * arguments that only select events, whether these are given as literals or as variables. Such arguments are removed
 * before events are executed, so that payloads cannot depend on them. Two extensions of a field of the subscription type
 * name arguments: `startArgument` the one that determines the start, `selectArguments` those that select events, each a
 * list or optional.
 */
export function toDocumentKey(schema: GraphQLSchema, document: DocumentNode): DocumentKey {
  const { starts, selections, uses } = findArguments(schema, document);
  const names = namesOf(starts);
  const selectionNames = namesOf([...selections.keys()].map(({ value }) => value));
  const isOnlyIn = (given: readonly string[]) => (name: string) => uses.get(name) === countOf(given, name);
  const selectionVariables = new Set(selectionNames.filter(isOnlyIn(selectionNames)));
  const eventDocument = selections.size === 0 ? document : withoutSelections(document, selections, selectionVariables);
  return {
    digest: digestOf(print(eventDocument)),
    eventDocument,
    starts,
    selections: [...selections.keys()].map(({ name, value }) => ({ name: name.value, value })),
    unusedVariables: new Set([...selectionVariables, ...names.filter(isOnlyIn(names))]),
  };
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function findArguments(schema: GraphQLSchema, document: DocumentNode): FoundArguments {
  const typeInfo = new TypeInfo(schema);
  const starts: ValueNode[] = [];
  const selections = new Map<ArgumentNode, GraphQLArgument>();
  const uses = new Map<string, number>();
  const countUse = (variable: string, count: number): void => {
    uses.set(variable, (uses.get(variable) ?? 0) + count);
  };
  const visitor = {
    Argument: (node: ArgumentNode): void => {
      const argument = typeInfo.getArgument();
      const field = typeInfo.getFieldDef();
      if (!argument || !field || typeInfo.getDirective() || typeInfo.getParentType() !== schema.getSubscriptionType()) {
        return;
      }
      const { startArgument, selectArguments } = field.extensions;
      if (argument.name === startArgument) starts.push(node.value);
      if (Array.isArray(selectArguments) && selectArguments.includes(argument.name)) selections.set(node, argument);
    },
    VariableDefinition: { leave: ({ variable }: VariableDefinitionNode) => countUse(variable.name.value, -1) },
    Variable: ({ name }: { readonly name: { readonly value: string } }) => countUse(name.value, 1),
  };
  visit(document, visitWithTypeInfo(typeInfo, visitor));
  return { starts, selections, uses };
}

/** Removes arguments and variables. A list that is required becomes an empty list. */
function withoutSelections(
  document: DocumentNode,
  selections: FoundArguments['selections'],
  variables: ReadonlySet<string>,
): DocumentNode {
  return visit(document, {
    Argument: (node) => {
      const argument = selections.get(node);
      if (!argument) return undefined;
      if (!isListType(getNullableType(argument.type))) return null;
      return { ...node, value: { kind: Kind.LIST, values: [] } };
    },
    VariableDefinition: ({ variable }) => (variables.has(variable.name.value) ? null : undefined),
  });
}

/** The names of all variables in the values, once for each use. */
function namesOf(values: readonly ValueNode[]): readonly string[] {
  const names: string[] = [];
  for (const value of values) {
    visit(value, {
      Variable: ({ name }) => {
        names.push(name.value);
      },
    });
  }
  return names;
}

function countOf(names: readonly string[], name: string): number {
  return names.filter((other) => other === name).length;
}
