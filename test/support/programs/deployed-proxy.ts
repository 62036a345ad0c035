import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../socket-client.ts';
import type { Certificate } from './certificate.ts';
import { findFreePort, isListening, type LoopbackProgram, startProgram } from './loopback-program.ts';

/** A proxy with the configuration of docs/deploy.md, in front of a server on loopback. */
export interface DeployedProxy {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly program: LoopbackProgram;
}

export interface ProxyKind {
  readonly name: string;
  readonly isInstalled: boolean;
  /** Starts it for the host name localhost. `changes` are those that an operator makes. */
  readonly start: (serverPort: number, certificate: Certificate, changes?: Replacements) => Promise<DeployedProxy>;
}

/** Texts of a configuration, and what stands in their places in a test. */
export type Replacements = readonly (readonly [text: string, by: string])[];

/** Reads a configuration. Every replaced text must occur, so that no test uses an address or a file of the machine. */
function readConfiguration(file: string, replacements: Replacements): string {
  let text = readFileSync(new URL(`../../../ops/${file}`, import.meta.url), 'utf8');
  for (const [from, by] of replacements) {
    if (!text.includes(from)) throw new Error(`ops/${file} does not contain: ${from}`);
    text = text.replaceAll(from, by);
  }
  return text;
}

const nginx = '/usr/sbin/nginx';
const caddy = '/usr/bin/caddy';

export const proxyKinds: readonly ProxyKind[] = [
  {
    name: 'nginx',
    isInstalled: existsSync(nginx),
    start: async (serverPort, { keyPath, path }, changes = []) => {
      const httpPort = await findFreePort();
      let httpsPort = 0;
      const program = await startProgram(nginx, (port, folder) => {
        httpsPort = port;
        const configuration = readConfiguration('nginx/tickql.conf', [
          ...changes,
          ['listen [::]:80', '# IPv6'],
          ['listen [::]:443', '# IPv6'],
          ['listen 80', `listen 127.0.0.1:${httpPort}`],
          ['listen 443', `listen 127.0.0.1:${httpsPort}`],
          ['127.0.0.1:4000', `127.0.0.1:${serverPort}`],
          ['/etc/letsencrypt/live/tickql.example/fullchain.pem', path],
          ['/etc/letsencrypt/live/tickql.example/privkey.pem', keyPath],
          ['tickql.example', 'localhost'],
        ]);
        const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
        const main = ['daemon off;', 'worker_processes 1;', 'pid nginx.pid;', 'error_log stderr;', 'events {}'];
        // The workers keep large bodies in this folder, which only this user can read.
        if (process.getuid?.() === 0) main.push('user root;');
        const text = [...main, 'http {', 'access_log off;', ...paths, configuration, '}'].join('\n');
        writeFileSync(join(folder, 'nginx.conf'), text);
        return ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
      });
      await eventually(() => isListening(httpPort));
      return { httpPort, httpsPort, program };
    },
  },
  {
    name: 'Caddy',
    isInstalled: existsSync(caddy),
    start: async (serverPort, { keyPath, path }, changes = []) => {
      const httpPort = await findFreePort();
      let httpsPort = 0;
      const program = await startProgram(caddy, (port, folder) => {
        httpsPort = port;
        const configuration = readConfiguration('Caddyfile', [
          ...changes,
          ['127.0.0.1:4000', `127.0.0.1:${serverPort}`],
          // Long enough for a server that starts on a busy machine.
          ['lb_try_duration 10s', 'lb_try_duration 6s'],
          ['tickql.example {', `localhost {\n\tbind 127.0.0.1\n\ttls ${path} ${keyPath}`],
        ]);
        const options = ['admin off', `http_port ${httpPort}`, `https_port ${httpsPort}`];
        const storage = `storage file_system ${folder}`;
        writeFileSync(join(folder, 'Caddyfile'), `{\n${[...options, storage].join('\n')}\n}\n${configuration}`);
        return ['run', '--config', join(folder, 'Caddyfile')];
      });
      // Caddy listens for https first.
      await eventually(() => isListening(httpPort));
      return { httpPort, httpsPort, program };
    },
  },
];
