import type { Route, RouteParams } from './route.ts';

export interface RouteMatch {
  readonly route: Route;
  /** Null if the percent-encoding of a parameter is invalid. */
  readonly params: RouteParams | null;
}

interface Pattern {
  readonly route: Route;
  readonly segments: readonly string[];
}

const noParams: RouteParams = {};

/** Finds the route of a path. A path without parameters costs one lookup. Of several patterns, the first one matches. */
export class RouteTable {
  readonly #exact = new Map<string, RouteMatch>();
  readonly #patterns: readonly Pattern[];

  constructor(routes: readonly Route[]) {
    for (const route of routes) if (!isPattern(route.path)) this.#exact.set(route.path, { route, params: noParams });
    this.#patterns = routes
      .filter(({ path }) => isPattern(path))
      .map((route) => ({ route, segments: route.path.split('/') }));
  }

  find(path: string): RouteMatch | null {
    const exact = this.#exact.get(path);
    if (exact) return exact;
    if (this.#patterns.length === 0) return null;
    const segments = path.split('/');
    for (const pattern of this.#patterns) {
      const values = matchSegments(pattern.segments, segments);
      if (values) return { route: pattern.route, params: toParams(values) };
    }
    return null;
  }
}

function isPattern(path: string): boolean {
  return path.includes('/:') || path.includes('/*');
}

type Values = readonly (readonly [name: string, value: string])[];

/** Returns the values of the parameters, none of which is empty; null if the path does not match. */
function matchSegments(pattern: readonly string[], path: readonly string[]): Values | null {
  const takesRest = pattern.at(-1)?.startsWith('*') ?? false;
  if (takesRest ? path.length < pattern.length : path.length !== pattern.length) return null;
  const values: [name: string, value: string][] = [];
  for (const [index, expected] of pattern.entries()) {
    const given = expected.startsWith('*') ? path.slice(index).join('/') : (path[index] ?? '');
    if (!/^[:*]/.test(expected)) {
      if (given !== expected) return null;
      continue;
    }
    if (given === '') return null;
    values.push([expected.slice(1), given]);
  }
  return values;
}

/** Decodes the values. Returns null if the percent-encoding of one is invalid. */
function toParams(values: Values): RouteParams | null {
  try {
    return Object.fromEntries(values.map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    return null;
  }
}
