import { expect, test } from 'vitest';
import type { Expiry } from '../../../../src/graphql/execution/freshness.ts';
import { toCacheControl } from '../../../../src/server/http/messages/cache-control.ts';

const never = Number.POSITIVE_INFINITY;
const forever: Expiry = { until: never, reusableUntil: never, isLive: false, isCurrent: () => true };

test.each([
  [1999, false, false, 'public, max-age=1'],
  [1000, false, true, 'private, max-age=1'],
  [999, false, false, 'public, no-cache'],
  [0, false, true, 'private, no-cache'],
  [-5, false, false, 'public, no-cache'],
  [60_000, true, false, 'public, no-cache'],
  [Number.POSITIVE_INFINITY, false, false, 'public, max-age=3600'],
])('%d ms, live %s, private %s: %s', (leftMs, isLive, isPrivate, expected) => {
  expect(toCacheControl({ ...forever, until: 5000 + leftMs, isLive }, 5000, isPrivate)).toBe(expected);
});

test('an answer without a known expiry must not be stored', () => {
  expect(toCacheControl(null, 0, false)).toBe('no-store');
});
