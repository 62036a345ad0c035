import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/**
 * The label of an operation in metrics: the root field that it requests, `several`, `introspection`, or `invalid` if it
 * requests none. Never the operation name from the client, because the number of such names is unlimited.
 */
export function toOperationLabel(schema: GraphQLSchema, document: DocumentNode, operationName?: string | null): string {
  const operation = getOperationAST(document, operationName);
  const known = operation && schema.getRootType(operation.operation)?.getFields();
  if (!known) return 'invalid';
  const asked = rootFields(document, operation);
  const names = asked.filter((name) => Object.hasOwn(known, name));
  if (names.length > 1) return 'several';
  return names[0] ?? (asked.some((name) => name.startsWith('__')) ? 'introspection' : 'invalid');
}

/** The names of the root fields of an operation, without duplicates. */
function rootFields(document: DocumentNode, { selectionSet }: OperationDefinitionNode): readonly string[] {
  const [only, ...others] = selectionSet.selections;
  if (only?.kind === Kind.FIELD && others.length === 0) return [only.name.value];
  const names = new Set<string>();
  const seen = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) continue;
      seen.add(selection.name.value);
      for (const definition of document.definitions) {
        const isIt = definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value;
        if (isIt) collect(definition.selectionSet);
      }
    }
  };
  collect(selectionSet);
  return [...names];
}
