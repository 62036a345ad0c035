import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoopbackProgram, startProgram } from './loopback-program.ts';

// Real proxies, as Debian packages them. Each connects from its own loopback address, by which the other side
// recognises it.

const programs = {
  tinyproxy: '/usr/bin/tinyproxy',
  microsocks: '/usr/bin/microsocks',
  danted: '/usr/sbin/danted',
  openssl: '/usr/bin/openssl',
};

/** True if all programs are installed that the tests of proxies need. */
export const hasProxyPrograms = Object.values(programs).every((path) => existsSync(path));

/** A proxy that runs in its own process on loopback. */
export interface ProxyProgram extends LoopbackProgram {
  /** The address that it connects from. */
  readonly address: string;
  /** The targets that it was asked to connect to so far, as the client named them. */
  readonly targets: readonly string[];
}

interface Description {
  readonly address: string;
  /** The program's arguments. `folder` is for its files. */
  readonly toArguments: (port: number, folder: string) => readonly string[];
  readonly target: RegExp;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** An HTTP proxy. Its configuration allows only letters, digits and -._ in a login. */
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

function writeLines(folder: string, lines: readonly string[]): string {
  const path = join(folder, 'proxy.conf');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function start(name: keyof typeof programs, description: Description): Promise<ProxyProgram> {
  const { address, toArguments, target } = description;
  const program = await startProgram(programs[name], toArguments);
  return {
    port: program.port,
    address,
    get targets() {
      return [...program.output.matchAll(target)].map(([, asked = '']) => asked);
    },
    get output() {
      return program.output;
    },
    close: program.close,
  };
}
