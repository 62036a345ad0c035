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
    // The first server of a test file loads the code that it runs, which takes long on a busy machine.
    hookTimeout: 60_000,
    testTimeout: 20_000,
    // Vitest's default is a second, which a busy machine may need for one answer over loopback.
    expect: { poll: { timeout: 5000 } },
    maxWorkers: 2,
  },
});
