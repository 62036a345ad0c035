/** A value that can be marked as stale. */
interface Stalable {
  /** True if the exchange has failed since it sent this value. Live data always has this property, history may lack it. */
  readonly stale?: boolean;
}

/** Returns a frozen copy that is marked as stale; returns the value itself if it is already marked. */
export function toStale<V extends Stalable>(value: V): V {
  return value.stale ? value : Object.freeze({ ...value, stale: true });
}

/** True for a value that is marked as stale; false for a value without this property, such as a trade. */
export function isStale(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'stale' in value && value.stale === true;
}
