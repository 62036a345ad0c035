/**
 * Connections are ended in slices, with this pause in between, because clients reconnect as soon as they are
 * disconnected.
 */
export const staggerMs = 50;

const spreadMs = 2000;
const smallestSlice = 100;

/** The number of connections in one slice: a few are ended at once, very many within two seconds. */
export function toStaggerSize(count: number): number {
  return Math.max(smallestSlice, Math.ceil((count * staggerMs) / spreadMs));
}
