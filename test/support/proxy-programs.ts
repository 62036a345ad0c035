import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './socket-client.ts';

// Real proxies, as Debian packs them. Each dials from a loopback address of its own, by which the other side knows it.

const programs = {
  tinyproxy: '/usr/bin/tinyproxy',
  microsocks: '/usr/bin/microsocks',
  danted: '/usr/sbin/danted',
  openssl: '/usr/bin/openssl',
};

/** True where all programs are installed that the tests of proxies need. */
export const hasProxyPrograms = Object.values(programs).every((path) => existsSync(path));

/** A proxy that runs as a process of its own on loopback. */
export interface ProxyProgram {
  readonly port: number;
  /** The address that it dials from. */
  readonly address: string;
  /** What it was asked to connect to so far, as it was named to it. */
  readonly targets: readonly string[];
  /** Everything it has written. */
  readonly output: string;
  close(): Promise<void>;
}

interface Description {
  readonly address: string;
  /** The program's arguments; `folder` is for its files. */
  readonly toArguments: (port: number, folder: string) => readonly string[];
  readonly target: RegExp;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** An HTTP proxy. Its own grammar allows letters, digits and -._ in a login. */
export function startTinyproxy(login: Login | null = null): Promise<ProxyProgram> {
  return start('tinyproxy', {
    address: '127.0.0.2',
    target: /CONNECT (\S+) HTTP/g,
    toArguments: (port, folder) => {
      const lines = [`Port ${port}`, 'Listen 127.0.0.1', 'Bind 127.0.0.2', 'LogLevel Connect', 'Timeout 60'];
      const auth = login ? [`BasicAuth ${login.user} ${login.password}`] : [];
      return ['-d', '-c', writeLines(folder, [...lines, ...auth])];
    },
  });
}

/** A SOCKS 5 proxy. */
export function startMicrosocks(login: Login | null = null): Promise<ProxyProgram> {
  const auth = login ? ['-u', login.user, '-P', login.password] : [];
  return start('microsocks', {
    address: '127.0.0.3',
    target: /connected to (\S+)/g,
    toArguments: (port) => ['-i', '127.0.0.1', '-p', String(port), '-b', '127.0.0.3', ...auth],
  });
}

/** A proxy that speaks SOCKS 4 only, without names (4a). */
export function startDante(): Promise<ProxyProgram> {
  return start('danted', {
    address: '127.0.0.4',
    target: /pass\(1\): tcp\/connect \[: .* (\S+)/g,
    toArguments: (port, folder) => {
      const listen = ['logoutput: stdout', `internal: 127.0.0.1 port = ${port}`, 'external: 127.0.0.4'];
      const methods = ['clientmethod: none', 'socksmethod: none', 'user.unprivileged: nobody'];
      const all = ['  from: 127.0.0.0/8 to: 0.0.0.0/0', '}'];
      const socks = ['socks pass {', '  protocol: tcp', '  proxyprotocol: socks_v4', '  log: connect', ...all];
      return ['-f', writeLines(folder, [...listen, ...methods, 'client pass {', ...all, ...socks])];
    },
  });
}

/** A port of loopback that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function writeLines(folder: string, lines: readonly string[]): string {
  const path = join(folder, 'proxy.conf');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function start(name: keyof typeof programs, description: Description): Promise<ProxyProgram> {
  const { address, toArguments, target } = description;
  const folder = mkdtempSync(join(tmpdir(), `tickql-${name}-`));
  const port = await findFreePort();
  const child = spawn(programs[name], toArguments(port, folder), { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  let output = '';
  const note = (chunk: unknown): void => {
    output += String(chunk);
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`${name} did not start: ${output}`);
    return isListening(port);
  });
  return {
    port,
    address,
    get targets() {
      return [...output.matchAll(target)].map(([, asked = '']) => asked);
    },
    get output() {
      return output;
    },
    close: () => end(child, exited, folder),
  };
}

async function end(child: ChildProcess, exited: Promise<unknown>, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
