import { expect, test } from 'vitest';
import { chooseCoding } from '../../../../src/server/http/messages/accept-encoding.ts';

test.each([
  // What browsers and curl send.
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['br', 'br'],
  // Without the header, a client may understand no coding.
  [undefined, 'identity'],
  ['', 'identity'],
  ['identity', 'identity'],
  ['deflate, zstd', 'identity'],
  // What the client wants more comes first.
  ['br;q=0.5, gzip', 'gzip'],
  ['br;q=0.2, gzip;q=0.1', 'br'],
  ['gzip;q=0.5, identity', 'identity'],
  ['gzip;q=0.5, identity;q=0.5', 'gzip'],
  // 0 excludes a coding.
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0, gzip;q=0.000', 'identity'],
  ['gzip;q=0, *', 'br'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['br;q=0, *;q=0.1', 'gzip'],
  // Case, spaces, the old name, and a quality that is not valid.
  ['GZip ; Q=1', 'gzip'],
  ['x-gzip', 'gzip'],
  ['br;q=2, gzip;q=0.5', 'br'],
  // Only whole names count.
  ['brotli, gzipped', 'identity'],
])('Accept-Encoding: %s chooses %s', (header, coding) => {
  expect(chooseCoding(header, ['br', 'gzip', 'identity'])).toBe(coding);
});

test('what was not built is not chosen', () => {
  expect(chooseCoding('br, gzip', ['gzip'])).toBe('gzip');
  expect(chooseCoding('br', ['gzip'])).toBe('identity');
  expect(chooseCoding('br, gzip', ['identity'])).toBe('identity');
});
