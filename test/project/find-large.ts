import { dirname } from 'node:path';

/** The folders that hold more than this number of the files. */
export function findLarge(files: readonly string[], max: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const folder of files.map((file) => dirname(file))) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > max).map(([folder]) => folder);
}
