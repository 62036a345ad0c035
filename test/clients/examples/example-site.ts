import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));

/** The server's address as the examples have it. */
export const writtenHost = 'localhost:4000';

const contentTypes: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** An example's page, on an origin of its own. */
export interface ExampleSite {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string;
  close(): void;
}

/** Builds an example as `vite build` does, and serves it for the server at this address. */
export async function startExampleSite(example: string, host: string): Promise<ExampleSite> {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-example-'));
  const vite = join(examples, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', example, '--outDir', folder, '--logLevel', 'error'], {
    cwd: examples,
  });
  return serveFolder(folder, host, () => rmSync(folder, { recursive: true, force: true }));
}

/** Serves files, and changes nothing in them but the server's address. */
export async function serveFolder(folder: string, host: string, onClose: () => void = () => {}): Promise<ExampleSite> {
  const site = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const file = pathname === '/' ? '/index.html' : pathname;
    response.setHeader('content-type', contentTypes[extname(file)] ?? 'text/plain');
    response.end(readFileSync(join(folder, file), 'utf8').replaceAll(writtenHost, host));
  });
  await once(site.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}/`,
    close: () => {
      site.close();
      site.closeAllConnections();
      onClose();
    },
  };
}
