/** A value that says whether it is out of date. */
interface Stalable {
  /** True when the exchange could not be reached since; live data always says so, history need not. */
  readonly stale?: boolean;
}

/** The value marked as stale, frozen; the value itself where it is marked already. */
export function toStale<V extends Stalable>(value: V): V {
  return value.stale ? value : Object.freeze({ ...value, stale: true });
}

/** True of a value that is marked as stale; false of what carries no such mark, such as trades. */
export function isStale(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'stale' in value && value.stale === true;
}
