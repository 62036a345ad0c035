import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built server in its own process. */
export interface BuiltServer {
  readonly port: number;
  /** Time from the start of the process until it was ready, in ms. */
  readonly readyMs: number;
  /** When its process was started, by `performance.now()`. */
  readonly startedAt: number;
  /** Its current resident memory, in bytes. */
  rss(): number;
  /** The CPU time that it has used so far, in ms. */
  cpuMs(): number;
  stop(): Promise<void>;
}

export interface BuiltServerOptions {
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** ccxt constructor options by exchange. */
  readonly exchanges?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Relative to the built benches in dist/bench/bench. */
const main = fileURLToPath(new URL('../../main.js', import.meta.url));

/** How long the start may take, in ms. */
const startTimeoutMs = 30_000;

/** The unit of CPU times in /proc on Linux. */
const msPerTick = 10;

/** Runs `dist/main.js` and waits until it is ready. Stop it when done. */
export async function startBuiltServer({ env = {}, exchanges = {} }: BuiltServerOptions = {}): Promise<BuiltServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-bench-'));
  const file = join(folder, 'exchanges.json');
  writeFileSync(file, JSON.stringify(exchanges));
  const startedAt = performance.now();
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, NODE_ENV: process.env.NODE_ENV, PORT: '0', EXCHANGE_CONFIG: file, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Unlike a forked process, it does not notice when the bench fails.
  const end = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', end);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    process.off('exit', end);
    rmSync(folder, { recursive: true });
  };
  try {
    const port = await readPort(child);
    const readyMs = performance.now() - startedAt;
    return { port, readyMs, startedAt, rss: () => readRss(child), cpuMs: () => readCpuMs(child.pid), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The CPU time that a process has used so far, in ms. */
export function readCpuMs(pid: number | undefined): number {
  // The name of the program, in brackets, is the only field that can contain spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

/** Reads the port from the line with the server's address. */
async function readPort(child: ChildProcess): Promise<number> {
  const late = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', () => reject(new Error(`the server ended before it was ready: ${text}`)));
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const [, port] = /http:\/\/localhost:(\d+)/.exec(text) ?? [];
      if (port === undefined) return;
      clearTimeout(late);
      resolve(Number(port));
    });
  });
}

function readRss({ pid }: ChildProcess): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
