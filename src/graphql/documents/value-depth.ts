import { MarketDataError } from '../../market/errors.ts';

/** How deeply lists and objects may be nested in variables. Arguments need only values and lists of values. */
const maxLevels = 32;

/**
 * Throws BAD_USER_INPUT if the variables or extensions of a request are nested too deeply. JSON.parse accepts any number
 * of levels, but recursive functions such as JSON.stringify overflow the stack on them.
 */
export function requireShallow(request: { readonly variables?: unknown; readonly extensions?: unknown }): void {
  for (const part of ['variables', 'extensions'] as const) {
    if (isShallow(request[part])) continue;
    const message = `The ${part} are nested too deeply: they may have at most ${maxLevels} levels of lists and objects.`;
    throw new MarketDataError('BAD_USER_INPUT', message);
  }
}

/** True for a value that `requireShallow` accepts. */
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
