import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from './proxy-programs.ts';
import { eventually } from './socket-client.ts';

const program = '/usr/sbin/nginx';

/** True where nginx is installed, as Debian packs it. */
export const hasNginx = existsSync(program);

/** A real nginx on loopback. */
export interface Nginx {
  readonly port: number;
  close(): Promise<void>;
}

export interface NginxOptions {
  /** The port of the server behind it. */
  readonly behind: number;
  /** Directives of the `http` block. */
  readonly http?: string;
  /** Directives beside `proxy_pass`. */
  readonly location?: string;
}

/** Starts nginx in front of a server on loopback, with `proxy_pass` and what is given. */
export async function startNginx({ behind, http = '', location = '' }: NginxOptions): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-nginx-'));
  const port = await findFreePort();
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
  const lines = [
    'daemon off; worker_processes 1; pid nginx.pid; error_log stderr; events {}',
    `http { access_log off; ${paths.join(' ')} ${http}`,
    `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${behind}; ${location} } } }`,
  ];
  writeFileSync(join(folder, 'nginx.conf'), lines.join('\n'));
  const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${output}`);
    return isListening(port);
  });
  return {
    port,
    close: async () => {
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
