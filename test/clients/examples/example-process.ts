import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writtenHost } from './example-site.ts';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));

/** An example that runs in its own process. */
export interface ExampleProcess {
  readonly child: ChildProcess;
  /** The lines that it has written so far. */
  readonly lines: readonly string[];
  /** Everything that it has written as errors. */
  readonly errors: string;
  /** The exit code, null if it was ended by a signal. */
  readonly ended: Promise<number | null>;
  /** The folder in which it runs. */
  readonly folder: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Copies an example, with the server's address, to a temporary folder, where only the examples' packages are. */
export function copyExample(file: string, host: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-example-'));
  const code = readFileSync(join(examples, file), 'utf8');
  if (!code.includes(writtenHost)) throw new Error(`${file} does not contain ${writtenHost}`);
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), code.replaceAll(writtenHost, host));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(examples, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Runs an example with a command such as `node`. */
export function runExample(
  [command, file, ...args]: readonly [command: string, file: string, ...args: string[]],
  host: string,
): ExampleProcess {
  const folder = copyExample(file, host);
  const child = spawn(command, [file, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const ended = once(child, 'close').then(([code]): number | null => code);
  return {
    child,
    get lines() {
      return output.split('\n').slice(0, -1);
    },
    get errors() {
      return errors;
    },
    ended,
    folder,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
