import { expect, test } from 'vitest';
import { createRetryLines } from '../../../../src/server/rest/streams/retry-line.ts';

test.each([
  [0, 2000, 'retry: 2000\n'],
  [0.25, 2000, 'retry: 2500\n'],
  [0.999_99, 2000, 'retry: 4000\n'],
  [0.5, 600_000, 'retry: 601000\n'],
])('a client never comes earlier than it may, and up to two seconds later: %d', (random, retryMs, line) => {
  expect(createRetryLines(() => random)(retryMs)).toBe(line);
});
