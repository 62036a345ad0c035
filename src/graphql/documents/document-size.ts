import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The size of a document, in the quantities that make it expensive to validate or to execute. */
export interface DocumentSize {
  readonly operations: number;
  readonly fragments: number;
  /** Levels of nested fields, with fragments expanded. For introspection, only the root field counts. */
  readonly depth: number;
  /** Levels of nested fields within __schema or __type. */
  readonly introspectionDepth: number;
  /** Fields and fragment spreads, with each fragment counted as often as it is spread. */
  readonly selections: number;
  readonly aliases: number;
  readonly directives: number;
  /** The largest number of directives at one location. */
  readonly maxDirectivesPerLocation: number;
  /** The response name that is selected most often within one selection set, and how often. */
  readonly mostRepeated: { readonly name: string; readonly count: number };
}

type Extent = Pick<DocumentSize, 'depth' | 'introspectionDepth' | 'selections'>;

/** A field of the response. Validation compares all selections of the document that contribute to the same one. */
interface ResponseField {
  count: number;
  /** Null until a field within it is found. */
  fields: Map<string, ResponseField> | null;
}

const empty: Extent = { depth: 0, introspectionDepth: 0, selections: 0 };
const leaf: Extent = { depth: 1, introspectionDepth: 0, selections: 1 };

/**
 * Measures a document, which need not be valid. Each of its nodes is visited once, however often its fragment is spread.
 * Fragments that spread each other in a cycle, which validation rejects, are followed only once.
 */
export function measureDocument(document: DocumentNode): DocumentSize {
  return new DocumentMeasurement(document).measure();
}

class DocumentMeasurement {
  readonly #document: DocumentNode;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #extents = new Map<string, Extent>();
  /** What fragments on the same type select, by type. Such fragments can be spread in the same place. */
  readonly #fieldsByType = new Map<string, ResponseField>();
  #aliases = 0;
  #directives = 0;
  #maxDirectivesPerLocation = 0;
  #mostRepeated = { name: '', count: 0 };

  constructor(document: DocumentNode) {
    this.#document = document;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  measure(): DocumentSize {
    let [operations, fragments] = [0, 0];
    let largest = empty;
    for (const definition of this.#document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        fragments += 1;
        largest = max(largest, this.#fragmentDefinition(definition));
      }
      if (definition.kind === Kind.OPERATION_DEFINITION) {
        operations += 1;
        this.#countDirectives(definition.directives);
        for (const variable of definition.variableDefinitions ?? []) this.#countDirectives(variable.directives);
        largest = max(largest, this.#selectionSet(definition.selectionSet, { count: 0, fields: null }));
      }
    }
    return {
      ...largest,
      operations,
      fragments,
      aliases: this.#aliases,
      directives: this.#directives,
      maxDirectivesPerLocation: this.#maxDirectivesPerLocation,
      mostRepeated: this.#mostRepeated,
    };
  }

  #fragmentDefinition(definition: FragmentDefinitionNode): Extent {
    const { value } = definition.name;
    // If two fragments have the same name, spreads refer to the last one; the others are measured here.
    const isSpread = this.#fragments.get(value) === definition;
    const extent = isSpread ? this.#spread(value) : this.#fragment(definition);
    return definition.typeCondition.name.value.startsWith('__') ? toIntrospection(extent) : extent;
  }

  #selectionSet(set: SelectionSetNode | undefined, parent: ResponseField): Extent {
    if (!set) return empty;
    let [depth, introspectionDepth, selections] = [0, 0, 0];
    // Without an object for each sum: a document that comes only once is measured as often as it is parsed.
    for (const selection of set.selections) {
      const extent = this.#selection(selection, parent);
      if (extent.depth > depth) depth = extent.depth;
      if (extent.introspectionDepth > introspectionDepth) introspectionDepth = extent.introspectionDepth;
      selections += extent.selections;
    }
    return { depth, introspectionDepth, selections };
  }

  #selection(selection: SelectionNode, parent: ResponseField): Extent {
    this.#countDirectives(selection.directives);
    if (selection.kind === Kind.FIELD) return this.#field(selection, parent);
    const { depth, introspectionDepth, selections } =
      selection.kind === Kind.INLINE_FRAGMENT
        ? this.#selectionSet(selection.selectionSet, parent)
        : this.#spread(selection.name.value);
    return { depth, introspectionDepth, selections: selections + 1 };
  }

  #field(field: FieldNode, parent: ResponseField): Extent {
    if (field.alias) this.#aliases += 1;
    if (!field.selectionSet) {
      this.#countField(field, parent);
      return leaf;
    }
    const inner = this.#selectionSet(field.selectionSet, this.#countField(field, parent));
    const isIntrospectionRoot = field.name.value === '__schema' || field.name.value === '__type';
    const { depth, introspectionDepth, selections } = isIntrospectionRoot ? toIntrospection(inner) : inner;
    return { depth: depth + 1, introspectionDepth, selections: selections + 1 };
  }

  /** The extent of a fragment that is spread. It is computed once; within itself it counts as empty. */
  #spread(name: string): Extent {
    const known = this.#extents.get(name);
    const fragment = this.#fragments.get(name);
    if (known || !fragment) return known ?? empty;
    this.#extents.set(name, empty);
    const extent = this.#fragment(fragment);
    this.#extents.set(name, extent);
    return extent;
  }

  #fragment({ selectionSet, directives, typeCondition }: FragmentDefinitionNode): Extent {
    this.#countDirectives(directives);
    return this.#selectionSet(selectionSet, fieldIn(this.#fieldsByType, typeCondition.name.value));
  }

  #countDirectives(directives: readonly DirectiveNode[] = []): void {
    this.#directives += directives.length;
    if (directives.length > this.#maxDirectivesPerLocation) this.#maxDirectivesPerLocation = directives.length;
  }

  #countField({ alias, name }: FieldNode, parent: ResponseField): ResponseField {
    const responseName = (alias ?? name).value;
    parent.fields ??= new Map();
    const field = fieldIn(parent.fields, responseName);
    field.count += 1;
    if (field.count > this.#mostRepeated.count) this.#mostRepeated = { name: responseName, count: field.count };
    return field;
  }
}

/** The extent of a selection set below __schema or __type, whose depth is measured separately. */
function toIntrospection({ depth, introspectionDepth, selections }: Extent): Extent {
  return { depth: 0, introspectionDepth: Math.max(depth, introspectionDepth), selections };
}

function fieldIn(fields: Map<string, ResponseField>, name: string): ResponseField {
  const known = fields.get(name);
  if (known) return known;
  const field: ResponseField = { count: 0, fields: null };
  fields.set(name, field);
  return field;
}

/** The extent of two definitions if only one of them is executed. */
function max(a: Extent, b: Extent): Extent {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    selections: Math.max(a.selections, b.selections),
  };
}
