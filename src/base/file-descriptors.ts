import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

const codes: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE']);

/** Loading an exchange's class with all its imports opens about 35 files at the same time; other modules open fewer. */
const descriptorsForModules = 64;

/**
 * True if a file or socket could not be opened because the process (EMFILE) or the machine (ENFILE) has reached its limit
 * of file descriptors. Libraries keep Node's error as the cause, or only its message.
 */
export function isOutOfDescriptors(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && codes.has(error.code)) return true;
  if (/\b(?:EMFILE|ENFILE|too many open files)\b/.test(error.message)) return true;
  return isOutOfDescriptors(error.cause) || (error instanceof AggregateError && error.errors.some(isOutOfDescriptors));
}

/** True if `count` more files can be opened at the moment. */
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
 * Throws an error that `isOutOfDescriptors` recognizes if too few descriptors are left to load modules. Call it before a
 * dynamic import: Node 20 never retries a module that it once failed to open.
 */
export function requireDescriptors(): void {
  if (hasDescriptors(descriptorsForModules)) return;
  throw new Error(`too many open files: fewer than ${descriptorsForModules} file descriptors are left to load modules`);
}
