/** Where the number of rows comes from. */
export interface RowsArgument {
  /** The argument that gives it. */
  readonly argument: string;
  /** True where it is the list with as many entries, and not the number. */
  readonly isList?: boolean;
  /** What the resolver takes at most: beyond that it refuses, which is for it to say. */
  readonly most?: number;
  /** How many there are without the argument. */
  readonly otherwise?: number;
  /** Counts them where the argument is neither the number nor the list. */
  readonly count?: (value: unknown) => number;
}

export interface FieldCostOptions {
  /** What the field costs by itself; 1 where it only reads what is there. An argument may say it. */
  readonly own?: number | RowsArgument;
  /** How often what is selected in it counts. */
  readonly rows?: RowsArgument | 'of-parent';
  /** True where the rows are not in the field itself, but in those of its fields whose rows are `of-parent`. */
  readonly isAround?: boolean;
}

/** What a field costs, declared beside its resolver as `extensions.cost`. Without one it costs 1 for itself. */
export class FieldCost {
  readonly own: number | RowsArgument;
  readonly rows: RowsArgument | 'of-parent' | null;
  readonly isAround: boolean;

  constructor({ own = 1, rows, isAround = false }: FieldCostOptions) {
    this.own = own;
    this.rows = rows ?? null;
    this.isAround = isAround;
  }
}

/** What may reach an exchange, but together with all else of its kind in the operation. */
export const sharedCallCost = 10;

/** What may take calls to an exchange of its own. */
export const ownCallCost = 100;
