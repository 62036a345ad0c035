/** Connections are ended a slice at a time, this far apart: clients come back as soon as they are disconnected. */
export const staggerMs = 50;

const spreadMs = 2000;
const smallestSlice = 100;

/** How many of `count` go into one slice: few are ended at once, very many within two seconds. */
export function toStaggerSize(count: number): number {
  return Math.max(smallestSlice, Math.ceil((count * staggerMs) / spreadMs));
}
