import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoopbackProgram, startProgram } from './loopback-program.ts';

const program = '/usr/sbin/nginx';

/** True if nginx is installed, as Debian packages it. */
export const hasNginx = existsSync(program);

export interface NginxOptions {
  /** The port of the server behind it. */
  readonly behind: number;
  /** Directives of the `http` block. */
  readonly http?: string;
  /** Directives next to `proxy_pass`. */
  readonly location?: string;
}

/** Starts a real nginx in front of a server on loopback, with `proxy_pass` and the given directives. */
export function startNginx({ behind, http = '', location = '' }: NginxOptions): Promise<LoopbackProgram> {
  return startNginxWith((port) => {
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
    const lines = [
      'worker_processes 1; pid nginx.pid; error_log stderr; events {}',
      `http { access_log off; ${paths.join(' ')} ${http}`,
      `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${behind}; ${location} } } }`,
    ];
    return lines.join('\n');
  });
}

/** Starts a real nginx with a whole configuration; `toText` gets the port on which it must listen and a folder. */
export function startNginxWith(toText: (port: number, folder: string) => string): Promise<LoopbackProgram> {
  return startProgram(program, (port, folder) => {
    writeFileSync(join(folder, 'nginx.conf'), `daemon off;\n${toText(port, folder)}`);
    return ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'];
  });
}
