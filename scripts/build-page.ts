// Writes dist/page, the live page as Vite builds it, with a copy of each text file in brotli and one in gzip.
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const folder = fileURLToPath(new URL('../dist/page/', import.meta.url));
const compressible = new Set(['.css', '.html', '.js', '.svg', '.txt']);

await build({ configFile: fileURLToPath(new URL('../web/vite.config.ts', import.meta.url)), logLevel: 'warn' });
// Some packages lack a text of their repository that must be passed on.
appendFileSync(join(folder, 'licenses.txt'), readFileSync(new URL('../web/notices.txt', import.meta.url)));
let bytes = 0;
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!compressible.has(extname(name))) continue;
  const file = join(folder, name);
  const text = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
  const brotli = brotliCompressSync(text, { params });
  writeFileSync(`${file}.br`, brotli);
  writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
  if (extname(name) !== '.txt') bytes += brotli.length;
}
process.stdout.write(`page: ${bytes} bytes in brotli\n`);
