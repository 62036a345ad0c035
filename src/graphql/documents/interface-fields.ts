import {
  type DocumentNode,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

interface Part {
  fields: number;
  readonly spreads: string[];
}

/**
 * How many fields a valid document selects of interfaces, those of a fragment as often as it is spread: each is another
 * field for every type that implements the interface.
 */
export function countInterfaceFields(schema: GraphQLSchema, document: DocumentNode): number {
  const typeInfo = new TypeInfo(schema);
  const fragments = new Map<string, Part>();
  const whole: Part = { fields: 0, spreads: [] };
  for (const definition of document.definitions) {
    const part: Part = definition.kind === Kind.FRAGMENT_DEFINITION ? { fields: 0, spreads: [] } : whole;
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, part);
    visit(
      definition,
      visitWithTypeInfo(typeInfo, {
        Field: () => {
          if (isAbstractType(typeInfo.getParentType())) part.fields += 1;
        },
        FragmentSpread: ({ name }) => {
          part.spreads.push(name.value);
        },
      }),
    );
  }
  const known = new Map<Part, number>();
  function sum(part: Part): number {
    const total = known.get(part) ?? part.spreads.reduce((count, name) => count + sumOf(name), part.fields);
    known.set(part, total);
    return total;
  }
  function sumOf(name: string): number {
    const part = fragments.get(name);
    return part ? sum(part) : 0;
  }
  return sum(whole);
}
