import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));

/** The server's address as the examples have it. */
export const writtenHost = 'localhost:4000';

/** Texts of the code, and what is served in their place. */
export type Replacements = Readonly<Record<string, string>>;

const contentTypes: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** An example's page, on an origin of its own. */
export interface ExampleSite {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string;
  close(): void;
}

/** Builds an example as `vite build` does, and serves it. Nothing in it is changed except for the replacements. */
export async function startExampleSite(example: string, replacements: Replacements): Promise<ExampleSite> {
  const folder = mkdtempSync(join(tmpdir(), 'tickql-example-'));
  const vite = join(examples, 'node_modules/vite/bin/vite.js');
  const options = ['--outDir', folder, '--minify', 'false', '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, [vite, 'build', example, ...options], { cwd: examples });
  return serveFolder(folder, replacements, () => rmSync(folder, { recursive: true, force: true }));
}

/** Serves the pages of a folder. Every text of the replacements must occur in one of its files. */
export async function serveFolder(
  folder: string,
  replacements: Replacements,
  onClose: () => void = () => {},
): Promise<ExampleSite> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => extname(name) in contentTypes,
  );
  const texts = new Map(names.map((name) => [`/${name}`, readFileSync(join(folder, name), 'utf8')]));
  for (const [from, to] of Object.entries(replacements)) {
    if (![...texts.values()].some((text) => text.includes(from))) throw new Error(`${folder} does not contain ${from}`);
    for (const [name, text] of texts) texts.set(name, text.replaceAll(from, to));
  }
  const site = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const name = pathname === '/' ? '/index.html' : pathname;
    response.setHeader('content-type', contentTypes[extname(name)] ?? 'text/plain');
    response.end(texts.get(name));
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
