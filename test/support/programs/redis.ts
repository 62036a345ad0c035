import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../socket-client.ts';
import type { Certificate } from './certificate.ts';
import { findFreePort } from './loopback-program.ts';

const program = '/usr/bin/redis-server';
const client = '/usr/bin/redis-cli';
const run = promisify(execFile);

export interface RedisOptions {
  /** Arguments of redis-server, such as `--maxmemory 2mb`, one word each. */
  readonly args?: readonly string[];
  /** The password of the default user. `url` and `cli` use it. */
  readonly password?: string;
  /** Listens with TLS only. `url` is then a `rediss:` URL of localhost. */
  readonly certificate?: Certificate;
}

/** A real redis-server on a free port of loopback, without persistence. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends it in an orderly way and keeps the port for `restart`. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, but nothing answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Starts it on the same port, empty. Ends it first if it runs. */
  restart(): Promise<void>;
  /** What redis-cli prints for a command. */
  cli(...args: readonly string[]): Promise<string>;
  /** Ends it, even while it is paused, and removes its files. */
  close(): Promise<void>;
}

/** The path of redis-server as Debian packages it, or null if it is not installed. */
export function findRedis(): string | null {
  return existsSync(program) ? program : null;
}

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-redis-'));
  const port = await findFreePort();
  let child = await startServer(port, folder, options);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  const { certificate, password } = options;
  const credentials = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return {
    port,
    url: certificate ? `rediss://${credentials}localhost:${port}` : `redis://${credentials}127.0.0.1:${port}`,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    restart: async () => {
      await end('SIGKILL');
      child = await startServer(port, folder, options);
    },
    cli: async (...args) => {
      const tls = certificate ? ['--tls', '--cacert', certificate.path] : [];
      const env = { ...process.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) };
      const { stdout } = await run(client, ['-p', String(port), ...tls, ...args], { env, timeout: 10_000 });
      return stdout.trim();
    },
    close: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startServer(port: number, folder: string, options: RedisOptions): Promise<ChildProcess> {
  const child = spawn(program, toArguments(port, folder, options), { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.removeListener('exit', kill));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`redis-server did not start: ${output}`);
    return isListening(port);
  });
  return child;
}

function toArguments(port: number, folder: string, { args = [], password, certificate }: RedisOptions): string[] {
  const common = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const secret = password === undefined ? [] : ['--requirepass', password];
  if (!certificate) return ['--port', String(port), ...common, ...secret, ...args];
  const key = join(folder, 'key.pem');
  writeFileSync(key, certificate.key);
  const files = ['--tls-cert-file', certificate.path, '--tls-key-file', key, '--tls-ca-cert-file', certificate.path];
  const tls = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
  return [...tls, ...common, ...secret, ...args];
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
