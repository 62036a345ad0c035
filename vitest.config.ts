import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // graphql 16 ships both module kinds; without this, vitest loads one of each and its instanceof checks fail.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql/index.js')) }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 10_000,
    // Vitest's own is a second, which a busy machine may need for an answer over loopback.
    expect: { poll: { timeout: 5000 } },
    maxWorkers: 2,
  },
});
