import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

// Where the data comes from during development.
const target = process.env.TICKQL_URL ?? 'http://127.0.0.1:4000';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * Puts first-paint.js into the page: as a file, because the policy of the page forbids scripts in the HTML; in the head,
 * where it is executed before the first paint; and with a hash in its name, as all files in `assets` have. Vite itself
 * does this for modules only, which are executed later.
 */
function createFirstPaint(): Plugin {
  const source = readFileSync(new URL('first-paint.js', import.meta.url), 'utf8');
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
  const built = `assets/first-paint-${hash}.js`;
  let src = './first-paint.js';
  return {
    name: 'first-paint',
    generateBundle() {
      src = `./${built}`;
      this.emitFile({ type: 'asset', fileName: built, source });
    },
    transformIndexHtml: { order: 'post', handler: () => [{ tag: 'script', attrs: { src }, injectTo: 'head' }] },
  };
}

export default defineConfig({
  root,
  plugins: [createFirstPaint()],
  // Addresses are relative, so that the page works behind a proxy that serves it under a path, too.
  base: './',
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2022',
    // Every file has an address of its own: the policy of the page forbids data: except for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The licences of the packages in the page, which ask to come along with their code.
    license: { fileName: 'licenses.txt' },
    reportCompressedSize: false,
  },
  server: {
    // `npm run dev:page`: the page from Vite, everything else from a running server.
    host: '127.0.0.1',
    proxy: { '/graphql': { target, ws: true }, '/api': target, '/ready': target },
  },
});
