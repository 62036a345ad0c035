import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

// The clients of test/clients and the examples are packages of their own, which `npm run install:clients` installs.
const hasClients = ['test/clients', 'examples'].every((folder) =>
  existsSync(new URL(`${folder}/node_modules`, import.meta.url)),
);

export default defineConfig({
  resolve: {
    // graphql 16 ships CommonJS and ES modules. Without this, vitest loads both and the instanceof checks of graphql fail.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql/index.js')) }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    setupFiles: 'test/support/property-seed.ts',
    exclude: [...configDefaults.exclude, ...(hasClients || process.env.CI ? [] : ['test/clients/**'])],
    // These only end tests that hang: no test proves by them that something is fast. A busy machine may take ten times as
    // long as an idle one, and waits for a condition, 45 s at most, end before the test does.
    hookTimeout: 120_000,
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
  },
});
