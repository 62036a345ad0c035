import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** How large a document is in what makes it expensive to validate or to execute. */
export interface DocumentSize {
  readonly operations: number;
  readonly fragments: number;
  /** Fields within fields, fragments followed; of introspection only its root counts. */
  readonly depth: number;
  /** Fields within __schema or __type. */
  readonly introspectionDepth: number;
  /** Fields and fragments, each fragment as often as it is spread. */
  readonly selections: number;
  readonly aliases: number;
  readonly directives: number;
  /** The most directives in one place. */
  readonly directivesOfOne: number;
  /** What is selected most often in one place of the answer, and how often. */
  readonly repeated: { readonly name: string; readonly times: number };
}

type Extent = Pick<DocumentSize, 'depth' | 'introspectionDepth' | 'selections'>;

/** A place in the answer, where what is selected twice must be compared. */
interface Place {
  times: number;
  readonly places: Map<string, Place>;
}

const nothing: Extent = { depth: 0, introspectionDepth: 0, selections: 0 };

/**
 * Measures a document that need not be valid. Each of its nodes is looked at once, however often a fragment is spread,
 * and fragments in a circle, which validation refuses, end where they begin again.
 */
export function measureDocument({ definitions }: DocumentNode): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const extents = new Map<string, Extent>();
  const typePlaces = new Map<string, Place>();
  let [operations, fragmentCount, aliases, directives, directivesOfOne] = [0, 0, 0, 0, 0];
  let repeated = { name: '', times: 0 };
  let whole = nothing;

  function countDirectives(given: readonly unknown[] = []): void {
    directives += given.length;
    if (given.length > directivesOfOne) directivesOfOne = given.length;
  }

  function markPlace({ alias, name }: FieldNode, parent: Place): Place {
    const responseName = (alias ?? name).value;
    const place = placeIn(parent.places, responseName);
    place.times += 1;
    if (place.times > repeated.times) repeated = { name: responseName, times: place.times };
    return place;
  }

  function ofSet(set: SelectionSetNode | undefined, place: Place): Extent {
    return (set?.selections ?? []).reduce((extent, selection) => join(extent, ofSelection(selection, place)), nothing);
  }

  function ofSelection(selection: SelectionNode, place: Place): Extent {
    countDirectives(selection.directives);
    if (selection.kind === Kind.FIELD) return ofField(selection, place);
    const { depth, introspectionDepth, selections } =
      selection.kind === Kind.INLINE_FRAGMENT ? ofSet(selection.selectionSet, place) : ofFragment(selection.name.value);
    return { depth, introspectionDepth, selections: selections + 1 };
  }

  function ofField(field: FieldNode, parent: Place): Extent {
    if (field.alias) aliases += 1;
    const within = ofSet(field.selectionSet, markPlace(field, parent));
    const isRoot = field.name.value === '__schema' || field.name.value === '__type';
    const { depth, introspectionDepth, selections } = isRoot ? toIntrospection(within) : within;
    return { depth: depth + 1, introspectionDepth, selections: selections + 1 };
  }

  function ofFragment(name: string): Extent {
    const known = extents.get(name);
    const fragment = fragments.get(name);
    if (known || !fragment) return known ?? nothing;
    extents.set(name, nothing);
    const extent = ofDefinition(fragment);
    extents.set(name, extent);
    return extent;
  }

  /** What fragments of one type select may come together in one place. */
  function ofDefinition({ selectionSet, directives: given, typeCondition }: FragmentDefinitionNode): Extent {
    countDirectives(given);
    return ofSet(selectionSet, placeIn(typePlaces, typeCondition.name.value));
  }

  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragmentCount += 1;
      const { value } = definition.name;
      // Of two with one name the other is looked at, too.
      const extent = fragments.get(value) === definition ? ofFragment(value) : ofDefinition(definition);
      whole = widest(whole, isOfIntrospection(definition) ? toIntrospection(extent) : extent);
    }
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      operations += 1;
      countDirectives(definition.directives);
      for (const variable of definition.variableDefinitions ?? []) countDirectives(variable.directives);
      whole = widest(whole, ofSet(definition.selectionSet, { times: 0, places: new Map() }));
    }
  }
  return { ...whole, operations, fragments: fragmentCount, aliases, directives, directivesOfOne, repeated };
}

function isOfIntrospection({ typeCondition }: FragmentDefinitionNode): boolean {
  return typeCondition.name.value.startsWith('__');
}

/** Of what stands below __schema or __type, whose depth is measured apart. */
function toIntrospection({ depth, introspectionDepth, selections }: Extent): Extent {
  return { depth: 0, introspectionDepth: Math.max(depth, introspectionDepth), selections };
}

function placeIn(places: Map<string, Place>, name: string): Place {
  const place = places.get(name) ?? { times: 0, places: new Map() };
  places.set(name, place);
  return place;
}

/** Of two that stand beside each other. */
function join(a: Extent, b: Extent): Extent {
  return { ...widest(a, b), selections: a.selections + b.selections };
}

/** Of two of which one is executed. */
function widest(a: Extent, b: Extent): Extent {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    selections: Math.max(a.selections, b.selections),
  };
}
