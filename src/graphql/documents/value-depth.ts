import { MarketDataError } from '../../market/errors.ts';

/** How many levels of lists and objects may be within the variables: arguments are values and lists of values. */
const maxLevels = 32;

/**
 * Throws BAD_USER_INPUT where the variables or extensions of a request are nested deeply. JSON.parse reads any number of
 * levels, and whatever takes them up afterwards, such as JSON.stringify, overflows the stack.
 */
export function requireShallow(given: { readonly variables?: unknown; readonly extensions?: unknown }): void {
  for (const part of ['variables', 'extensions'] as const) {
    if (isShallow(given[part])) continue;
    const message = `The ${part} are nested too deeply: they may have at most ${maxLevels} levels of lists and objects.`;
    throw new MarketDataError('BAD_USER_INPUT', message);
  }
}

/** True of a value that `requireShallow` lets pass. */
export function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let levels = 0; levels <= maxLevels; levels++) {
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each !== 'object' || each === null) continue;
      for (const child of Object.values(each)) if (typeof child === 'object' && child !== null) next.push(child);
    }
    if (next.length === 0) return true;
    level = next;
  }
  return false;
}
