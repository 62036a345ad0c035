/** What a resolver requires of an argument beyond its type, in terms of JSON Schema. */
export interface Bounds {
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

/**
 * The bounds of an argument, declared next to it as `extensions.bounds`, for clients that check values before they send
 * them. The resolver checks the same, with a sentence that says what would be right.
 */
export class ArgumentBounds {
  readonly bounds: Bounds;

  constructor(bounds: Bounds) {
    this.bounds = bounds;
  }
}

/** The extensions of an argument with these bounds. */
export function bounded(bounds: Bounds): { readonly bounds: ArgumentBounds } {
  return { bounds: new ArgumentBounds(bounds) };
}

/** The bounds in the extensions of an argument; none if it declares none. */
export function boundsOf({ bounds }: Readonly<Record<string, unknown>>): Bounds {
  return bounds instanceof ArgumentBounds ? bounds.bounds : {};
}
