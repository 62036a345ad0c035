import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** An import of one file by another. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** The source files below a folder. */
export function listSources(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
}

/** Every module named by an import, a re-export or a dynamic import of a file. */
export function modulesOf(root: string, file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from\s+|import\s+|import\(\s*)'([^']+)'/g)].map(([, name = '']) => name);
}

/** The imports between files below a folder. */
export function findArrows(root: string): readonly Arrow[] {
  return listSources(root).flatMap((from) =>
    modulesOf(root, from)
      .filter((name) => name.startsWith('.'))
      .map((name) => ({ from, to: normalize(join(dirname(from), name)) })),
  );
}

/** The first folder of a path; '.' where the file is directly in the root. */
export function roomOf(file: string): string {
  const [room = '', rest] = file.split('/');
  return rest === undefined ? '.' : room;
}

/** The imports between names that are not listed, and those that are listed although no file needs them. */
export function compare(found: readonly Arrow[], listed: readonly string[], name: (file: string) => string) {
  const toLine = ({ from, to }: Arrow): string => `${name(from)} → ${name(to)}`;
  const existing = new Set(found.map(toLine));
  return {
    unlisted: found
      .filter((arrow) => !listed.includes(toLine(arrow)))
      .map(({ from, to }) => `${from} imports ${to}, but ${name(from)} is not listed as importing from ${name(to)}`),
    unused: listed.filter((line) => !existing.has(line)),
  };
}

/** The nodes from which a path leads back to them. */
export function findCycles(graph: readonly Arrow[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of graph) next.set(from, [...(next.get(from) ?? []), to]);
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    (next.get(from) ?? []).some((step) => {
      if (step === to) return true;
      if (seen.has(step)) return false;
      seen.add(step);
      return reaches(step, to, seen);
    });
  return [...next.keys()].filter((start) => reaches(start, start, new Set()));
}
