import { describe } from 'vitest';
import { findRedis } from './redis.ts';

/** Tests that need a redis-server. Without it they are skipped, except in CI, where they fail. */
export function describeWithRedis(name: string, tests: () => void): void {
  const runs = findRedis() !== null || Boolean(process.env.CI);
  if (!runs) process.stderr.write(`Skipped, because redis-server is not installed: ${name}\n`);
  describe.runIf(runs)(name, tests);
}
