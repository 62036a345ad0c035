import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

const codes: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE']);

/** Loading an exchange's class, with all that it imports, has some 35 files open at a time, and other modules fewer. */
const descriptorsForModules = 64;

/**
 * True of an error by which a file or a socket could not be opened since the process has as many open as it may (EMFILE),
 * or the machine has (ENFILE). Libraries keep Node's error as a cause, or its message only.
 */
export function isOutOfDescriptors(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && codes.has(error.code)) return true;
  if (/\b(?:EMFILE|ENFILE|too many open files)\b/.test(error.message)) return true;
  return isOutOfDescriptors(error.cause) || (error instanceof AggregateError && error.errors.some(isOutOfDescriptors));
}

/** True where so many files can be opened at the moment. */
export function hasDescriptors(count: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync(devNull, 'r'));
    return true;
  } catch {
    return false;
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/**
 * Throws an error of which `isOutOfDescriptors` is true, unless modules can be loaded. To be called before they are: Node
 * 20 never tries again to load a module that it could not open once.
 */
export function requireDescriptors(): void {
  if (hasDescriptors(descriptorsForModules)) return;
  throw new Error(`too many open files: fewer than ${descriptorsForModules} file descriptors are left to load modules`);
}
