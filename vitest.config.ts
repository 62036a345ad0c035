import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// The GraphQL clients that test/clients drives are a package of their own: `npm run install:clients`.
const hasClients = existsSync(new URL('test/clients/node_modules', import.meta.url));

export default defineConfig({
  resolve: {
    // graphql 16 ships both module kinds; without this, vitest loads one of each and its instanceof checks fail.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql/index.js')) }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(hasClients || process.env.CI ? [] : ['test/clients/**'])],
    testTimeout: 10_000,
    // Vitest's own is a second, which a busy machine may need for an answer over loopback.
    expect: { poll: { timeout: 5000 } },
    maxWorkers: 2,
  },
});
