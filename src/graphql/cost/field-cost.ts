// The terms are those of the GraphQL Cost Directives specification (https://ibm.github.io/graphql-specs/cost-spec.html):
// weight, list size, assumed size, sized fields.

/** An argument that determines a number: the size of a list, or the weight of a field. */
export interface ArgumentSize {
  readonly argument: string;
  /** True if the argument is a list whose entries count; false if its number counts. */
  readonly isList?: boolean;
  /** The largest value that the resolver accepts; it rejects larger ones itself. */
  readonly max?: number;
  /** The size if the argument is omitted or null; 1 by default. */
  readonly assumedSize?: number;
  /** Computes the size from the value, if it is neither omitted nor null. In a literal, variables are undefined. */
  readonly toSize?: (value: unknown) => number;
}

export interface FieldCostOptions {
  /** What the field itself costs; 1 if it only reads a property. May depend on an argument. */
  readonly weight?: number | ArgumentSize;
  /**
   * How often the field's selection set counts. `of-parent` takes the size from a parent with `hasSizedFields`, and
   * `of-cells` from the field with `cells` above it, at any distance.
   */
  readonly listSize?: ArgumentSize | 'of-parent' | 'of-cells';
  /** True if the list size applies not to the field itself but to those of its fields that have the size `of-parent`. */
  readonly hasSizedFields?: boolean;
  /**
   * The sizes of a table, such as rows and columns, whose product is its number of cells. Each cell counts once for each
   * field of the list size `of-cells`, but at least once, because it is computed in any case.
   */
  readonly cells?: readonly ArgumentSize[];
}

/** The cost of a field, declared next to its resolver as `extensions.cost`. A field without it costs 1. */
export class FieldCost {
  readonly weight: number | ArgumentSize;
  readonly listSize: ArgumentSize | 'of-parent' | 'of-cells' | null;
  readonly hasSizedFields: boolean;
  readonly cells: readonly ArgumentSize[] | null;

  constructor({ weight = 1, listSize, hasSizedFields = false, cells }: FieldCostOptions) {
    this.weight = weight;
    this.listSize = listSize ?? null;
    this.hasSizedFields = hasSizedFields;
    this.cells = cells ?? null;
  }
}

/** The weight of a field that may need a call to an exchange, shared with other fields of its kind in the operation. */
export const sharedCallCost = 10;

/** The weight of a field that may need its own calls to an exchange. */
export const ownCallCost = 100;
