import { expect, test } from 'vitest';
import { describeClose, toSocketClose } from '../../../web/src/client/socket-close.ts';

test('a reason of the server is said', () => {
  const close = toSocketClose({ code: 1013, reason: 'Too many wrong API keys' });
  expect(close).toEqual({ code: 1013, reason: 'Too many wrong API keys' });
  expect(describeClose(close)).toBe('The server closed the connection: Too many wrong API keys.');
});

test('a connection that was cut, or that graphql-ws has given up, has none', () => {
  const terminated = Object.assign(new Error(), { code: 4499, reason: 'Terminated' });
  for (const event of [{ code: 1006, reason: '' }, terminated, new Error('failed'), null, 'closed']) {
    expect(describeClose(toSocketClose(event))).toBe('The connection was cut.');
  }
});
