import type { Environment } from '../../app/process/read-config.ts';
import type { Clock } from '../../base/clock.ts';
import type { Output } from './output.ts';

/** What a command sees of the process in which it runs. */
export interface Terminal {
  /** The settings. */
  readonly env: Environment;
  /** Only for the answer of the command. */
  readonly out: Output;
  /** For errors. */
  readonly err: Output;
  /** Reads standard input until its end. */
  readonly readInput: () => Promise<string>;
  readonly clock: Clock;
  /** Aborts on Ctrl-C, on SIGTERM, and when nothing reads `out` any longer. */
  readonly signal: AbortSignal;
}

/** Runs a command with the arguments behind its name. Resolves with the exit code; rejects with a UsageError. */
export type RunCommand = (args: readonly string[], terminal: Terminal) => Promise<number>;

/** A command as `tickql --help` lists it. */
export interface Command {
  readonly name: string;
  /** What follows its name. */
  readonly parameters: string;
  /** In a few words. */
  readonly summary: string;
  /** What `tickql help <command>` says besides. */
  readonly details: string;
  /** Loads its code. */
  readonly load: () => Promise<RunCommand>;
}

/** The exit codes of all commands. */
export const exitCode = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;
