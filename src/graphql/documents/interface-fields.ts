import {
  type DocumentNode,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** The selections of all operations, or of one fragment. */
interface Selections {
  /** Fields of interfaces, without those in spread fragments. */
  fields: number;
  readonly spreads: string[];
}

/**
 * Counts the fields that a valid document selects on interfaces; those of a fragment count as often as it is spread. When
 * compiled, each becomes a separate field for every type that implements the interface.
 */
export function countInterfaceFields(schema: GraphQLSchema, document: DocumentNode): number {
  const typeInfo = new TypeInfo(schema);
  const fragments = new Map<string, Selections>();
  const operations: Selections = { fields: 0, spreads: [] };
  for (const definition of document.definitions) {
    const isFragment = definition.kind === Kind.FRAGMENT_DEFINITION;
    const selections: Selections = isFragment ? { fields: 0, spreads: [] } : operations;
    if (isFragment) fragments.set(definition.name.value, selections);
    visit(
      definition,
      visitWithTypeInfo(typeInfo, {
        Field: () => {
          if (isAbstractType(typeInfo.getParentType())) selections.fields += 1;
        },
        FragmentSpread: ({ name }) => {
          selections.spreads.push(name.value);
        },
      }),
    );
  }
  const totals = new Map<Selections, number>();
  function totalOf(selections: Selections): number {
    const total =
      totals.get(selections) ??
      selections.spreads.reduce((sum, name) => {
        const fragment = fragments.get(name);
        return fragment ? sum + totalOf(fragment) : sum;
      }, selections.fields);
    totals.set(selections, total);
    return total;
  }
  return totalOf(operations);
}
