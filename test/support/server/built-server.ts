import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../socket-client.ts';
import { createRequests, type RunningServer } from './running-server.ts';

export interface BuiltServerOptions {
  /** The complete environment, except for PATH and a free PORT. */
  readonly env?: Readonly<Record<string, string>>;
  /** The content of the exchange file that EXCHANGE_CONFIG names. */
  readonly exchangeFile?: Readonly<Record<string, unknown>>;
  /** The text of a module that runs in the process before the server does. */
  readonly preload?: string;
  /** Makes the command from Node and its arguments, for tests that start the server through another program. */
  readonly toCommand?: (program: readonly string[]) => readonly string[];
  /** The test then handles the output itself, `output` stays empty, and PORT must be set. */
  readonly stdio?: StdioOptions;
}

/** How a process ended: its exit code, or the signal that ended it. */
export type ProcessEnd = readonly [code: number | null, signal: NodeJS.Signals | null];

/** A process that runs `dist/main.js`. Disposing it ends the process if it still runs, and removes its files. */
export interface BuiltProcess {
  readonly child: ChildProcess;
  /** Everything that the process has written. */
  readonly output: string;
  /** Resolves when it has ended and everything that it wrote is in `output`. */
  readonly ended: Promise<ProcessEnd>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BuiltServer extends BuiltProcess, RunningServer {
  /** Sends SIGTERM, removes the files and resolves with the exit code. */
  stop(): Promise<number | null>;
}

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** A server on a busy machine may take this long until it is ready, in ms. */
const startTimeoutMs = 45_000;

/** Starts the process without waiting for the server, which may refuse to start. */
export function runBuilt(options: BuiltServerOptions): BuiltProcess {
  const { env = {}, exchangeFile, preload, toCommand = (program) => program, stdio } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tickql-server-'));
  const exchangePath = join(folder, 'exchanges.json');
  if (exchangeFile) writeFileSync(exchangePath, JSON.stringify(exchangeFile));
  const imports = preload === undefined ? [] : [`--import=data:text/javascript,${encodeURIComponent(preload)}`];
  const [command = '', ...args] = toCommand([process.execPath, ...imports, main]);
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, PORT: '0', ...(exchangeFile ? { EXCHANGE_CONFIG: exchangePath } : {}), ...env },
    stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  if (stdio === undefined) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += String(chunk);
      });
    }
  }
  const ended = once(child, stdio === undefined ? 'close' : 'exit').then(
    ([code, signal]): ProcessEnd => [code, signal],
  );
  return {
    child,
    get output() {
      return output;
    },
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function startBuiltServer(options: BuiltServerOptions): Promise<BuiltServer> {
  const built = runBuilt(options);
  try {
    const requests = createRequests(await findPort(built, options));
    return {
      ...requests,
      child: built.child,
      get output() {
        return built.output;
      },
      ended: built.ended,
      stop: async () => {
        built.child.kill('SIGTERM');
        const [code] = await built.ended;
        await built[Symbol.asyncDispose]();
        return code;
      },
      [Symbol.asyncDispose]: built[Symbol.asyncDispose],
    };
  } catch (error) {
    await built[Symbol.asyncDispose]();
    throw error;
  }
}

/** Waits until the server is ready. */
async function findPort(built: BuiltProcess, { stdio, env }: BuiltServerOptions): Promise<number> {
  const hasEnded = (): boolean => built.child.exitCode !== null || built.child.signalCode !== null;
  const told = Number(env?.PORT ?? 0);
  const findAnnounced = (): number => Number(/is ready\b.*http:\/\/[^/:]+:(\d+)\//.exec(built.output)?.[1] ?? 0);
  const isReady = async (): Promise<boolean> => {
    if (stdio === undefined) return findAnnounced() > 0;
    const response = await fetch(`http://127.0.0.1:${told}/ready`).catch(() => null);
    return response?.status === 200;
  };
  await eventually(async () => hasEnded() || (await isReady()), startTimeoutMs);
  if (hasEnded()) throw new Error(`the server did not start: ${built.output}`);
  return stdio === undefined ? findAnnounced() : told;
}
