import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';

export interface ThrottledLogOptions {
  readonly log: Logger;
  readonly clock: Clock;
}

const throttleMs = 60_000;

/** How many keys are remembered; a line whose key was forgotten is written again at once. */
const maxKeys = 1000;

interface WrittenLine {
  readonly at: number;
  /** How many lines with the same key were suppressed since then. */
  repeated: number;
}

/** A log that writes the same line at most once a minute. The next one says how many were suppressed in between. */
export class ThrottledLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #written = new LRUCache<string, WrittenLine>({ max: maxKeys });

  constructor({ log, clock }: ThrottledLogOptions) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Writes a line unless one with the same level and key was written less than a minute ago. True if it was written. */
  write(
    level: 'error' | 'warn' | 'info',
    key: string,
    fields: Readonly<Record<string, unknown>>,
    message: string,
  ): boolean {
    const now = this.#clock.now();
    const last = this.#written.get(`${level} ${key}`);
    // If the clock was set back, the line is written rather than suppressed for an unknown time.
    if (last && now >= last.at && now - last.at < throttleMs) {
      last.repeated += 1;
      return false;
    }
    this.#written.set(`${level} ${key}`, { at: now, repeated: 0 });
    this.#log[level](last?.repeated ? { ...fields, repeated: last.repeated } : fields, message);
    return true;
  }
}
