import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// Where the data comes from during development.
const target = process.env.TICKQL_URL ?? 'http://127.0.0.1:4000';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root,
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
