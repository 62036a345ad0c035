import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';

/** A log in which the same thing is told once a minute, and then how often it was left out. */
export interface ThrottledLog {
  /** Writes a line, unless one with the same level and key was written less than a minute ago. True when it has. */
  write(
    level: 'error' | 'warn' | 'info',
    key: string,
    fields: Readonly<Record<string, unknown>>,
    message: string,
  ): boolean;
}

export interface ThrottledLogOptions {
  readonly log: Logger;
  readonly clock: Clock;
}

const throttleMs = 60_000;

/** Of the least recently seen key beyond these it is forgotten that it was told. */
const maxKeys = 1000;

interface Told {
  readonly at: number;
  repeated: number;
}

export function createThrottledLog({ log, clock }: ThrottledLogOptions): ThrottledLog {
  const told = new LRUCache<string, Told>({ max: maxKeys });
  return {
    write: (level, key, fields, message) => {
      const now = clock.now();
      const before = told.get(`${level} ${key}`);
      // A clock that was set back keeps nothing quiet.
      if (before && now >= before.at && now - before.at < throttleMs) {
        before.repeated += 1;
        return false;
      }
      told.set(`${level} ${key}`, { at: now, repeated: 0 });
      log[level](before?.repeated ? { ...fields, repeated: before.repeated } : fields, message);
      return true;
    },
  };
}

/**
 * Tells of errors that clients do not see: the same one, by its message and where it was thrown, once a minute. Calls
 * `onError` for each.
 */
export function createErrorReport(throttled: ThrottledLog, onError: () => void = () => {}): (error: unknown) => void {
  return (error) => {
    onError();
    const message = 'an unexpected error was masked; please report it with the lines of this entry';
    throttled.write('error', toKey(error), { err: error }, message);
  };
}

function toKey(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 200);
  const [frame = ''] = /^\s+at .*$/m.exec(error.stack ?? '') ?? [];
  return `${error.name} ${error.message.slice(0, 200)} ${frame}`;
}
