import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ProgramOptions {
  /** Added to PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The text of standard input; without it, the input is empty. */
  readonly input?: string;
  /** True if standard input stays open behind the text. */
  readonly keepsInputOpen?: boolean;
}

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<ProgramResult>;
}

/** The command `tickql` of this repository's dist. */
export const builtCommand: readonly string[] = [
  process.execPath,
  fileURLToPath(new URL('../../../dist/main.js', import.meta.url)),
];

/** Starts a program; kill its child, or await its end. */
export function startProgram(command: readonly string[], options: ProgramOptions = {}): RunningProgram {
  const [program = '', ...args] = command;
  const { PATH, HOME } = process.env;
  const child = spawn(program, args, { env: { PATH, HOME, ...options.env }, cwd: options.cwd });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  // A program that does not read its input closes it.
  child.stdin.on('error', () => {});
  child.stdin.write(options.input ?? '');
  if (!options.keepsInputOpen) child.stdin.end();
  return {
    child,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    ended: once(child, 'close').then(([code]) => ({ code, stdout, stderr })),
  };
}

/** Runs a program to its end. */
export function runProgram(command: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  return startProgram(command, options).ended;
}
