import { expect, test } from 'vitest';
import { createAddressReader, isLoopback } from '../../../src/server/access/address.ts';

function read(proxies: number, remoteAddress: string | undefined, forwarded?: string): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return createAddressReader(proxies)({ headers, socket: { remoteAddress } });
}

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::1', '::1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  [undefined, ''],
])('a connection from %s counts as %s', (remoteAddress, address) => {
  expect(read(0, remoteAddress)).toBe(address);
});

test('without a trusted proxy, only the connection determines the address', () => {
  expect(read(0, '192.0.2.1', '203.0.113.9')).toBe('192.0.2.1');
});

test.each([
  [1, '203.0.113.9', '203.0.113.9'],
  [1, '10.9.9.9, 198.51.100.7,203.0.113.9 ', '203.0.113.9'],
  [2, '10.9.9.9, 198.51.100.7, 203.0.113.9', '198.51.100.7'],
  [3, '198.51.100.7, 203.0.113.9', '198.51.100.7'],
  [1, '2001:db8::5', '2001:db8::/64'],
  [1, '::ffff:203.0.113.9', '203.0.113.9'],
  [1, '203.0.113.9:50123', '203.0.113.9'],
  [1, '[2001:db8::5]:50123', '2001:db8::/64'],
  [1, '203.0.113.8, unknown', '192.0.2.1'],
  [1, '203.0.113.8, ', '192.0.2.1'],
  [1, '203.0.113.8, 0x7f.1', '192.0.2.1'],
  [1, '203.0.113.8, 999.1.1.1', '192.0.2.1'],
  [1, '', '192.0.2.1'],
  [1, undefined, '192.0.2.1'],
])('behind %i proxies, %j is %s', (proxies, forwarded, address) => {
  expect(read(proxies, '192.0.2.1', forwarded)).toBe(address);
});

test('loopback addresses belong to this machine', () => {
  expect(['127.0.0.1', '127.8.0.1', '::1'].map(isLoopback)).toEqual([true, true, true]);
  expect(['192.0.2.127', '2001:db8::/64', ''].map(isLoopback)).toEqual([false, false, false]);
});
