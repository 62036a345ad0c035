import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Coding } from '../../http/messages/accept-encoding.ts';

const unzip = promisify(gunzip);

/** How the name of each copy ends. */
const suffixes: readonly (readonly [coding: Coding, suffix: string])[] = [
  ['br', '.br'],
  ['gzip', '.gz'],
  ['identity', ''],
];

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.woff2', 'font/woff2'],
]);

/**
 * A file of a page, with the compressed copies that the build has written next to it. Its bytes are read at once and
 * shared by all answers: a later build changes nothing in a server that runs, and no client makes this server compress.
 */
export class BuiltFile {
  readonly contentType: string;
  /** The same for the same bytes only. */
  readonly digest: string;
  /** The codings in which it was built, the smallest first. */
  readonly codings: readonly Coding[];
  readonly #bodies: Map<Coding, Promise<Buffer> | Buffer>;

  /** Throws if the file was not built, or if its type is unknown. */
  constructor(path: string) {
    const contentType = contentTypes.get(extname(path));
    if (contentType === undefined) throw new Error(`no content type is known for ${path}`);
    this.contentType = contentType;
    const built = suffixes
      .filter(([, suffix]) => existsSync(`${path}${suffix}`))
      .map(([coding, suffix]) => [coding, readFileSync(`${path}${suffix}`)] as const);
    const [smallest] = built;
    if (!smallest) throw new Error(`${path} was not built: run \`npm run build\``);
    this.codings = built.map(([coding]) => coding);
    this.digest = createHash('sha256').update(smallest[1]).digest('base64url');
    this.#bodies = new Map(built);
  }

  /** The bytes in one of `codings`, or without compression: those are made when a client asks for them first, and kept. */
  read(coding: Coding): Promise<Buffer> | Buffer {
    const body = this.#bodies.get(coding) ?? this.#decompress();
    this.#bodies.set(coding, body);
    return body;
  }

  async #decompress(): Promise<Buffer> {
    return unzip(await this.read('gzip'));
  }
}
