/** The same value, marked as the last known one of an exchange that cannot be reached. */
export function toStale<V extends { readonly stale: boolean }>(value: V): V {
  return value.stale ? value : Object.freeze({ ...value, stale: true });
}
