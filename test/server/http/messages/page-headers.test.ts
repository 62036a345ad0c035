import { expect, test } from 'vitest';
import { ownSockets } from '../../../../src/server/http/messages/page-headers.ts';

test('a host that would change the policy is left out of it', () => {
  expect(ownSockets('ticks.example:4000')).toEqual(['ws://ticks.example:4000', 'wss://ticks.example:4000']);
  expect(ownSockets('[::1]:4000')).toEqual(['ws://[::1]:4000', 'wss://[::1]:4000']);
  for (const host of ['a;script-src', 'a,b', '*', 'a b', '']) expect(ownSockets(host)).toEqual([]);
});
