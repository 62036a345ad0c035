/** What is ended takes its turn in slices, since clients come back as soon as they are left. */
export const staggerMs = 50;

const spreadMs = 2000;
const smallestSlice = 100;

/** How many of so many go into a slice: few of them at once, very many within two seconds. */
export function toStaggerSize(count: number): number {
  return Math.max(smallestSlice, Math.ceil((count * staggerMs) / spreadMs));
}
