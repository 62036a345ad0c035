import { type LevelWithSilent, type Logger, pino } from 'pino';

/** A log whose lines a test reads. */
export class CapturedLog {
  readonly logger: Logger;
  readonly #texts: string[] = [];

  constructor(level: LevelWithSilent) {
    this.logger = pino({ level }, { write: (line: string) => this.#texts.push(line) });
  }

  /** Everything that was written. */
  get text(): string {
    return this.#texts.join('');
  }

  // biome-ignore lint/suspicious/noExplicitAny: each message has its own fields
  get lines(): readonly any[] {
    return this.#texts.map((text) => JSON.parse(text));
  }
}
