import { getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { readMessage, trimPayload } from '../../../src/server/websocket/subscribe-message.ts';

test('fields that the protocol does not define are removed from a message that begins an operation', () => {
  const payload = { query: '{ a }', operationName: null, variables: { b: { '': 1 } }, extensions: { c: 1 } };
  const text = JSON.stringify({ id: '1', type: 'subscribe', payload: { ...payload, more: 'x' }, more: 'x' });
  expect(readMessage(text)).toEqual({ id: '1', type: 'subscribe', payload });
});

test('an empty operation name is removed', () => {
  const payload = { query: '{ a }', operationName: '' };
  const text = JSON.stringify({ id: '1', type: 'subscribe', payload });
  expect(readMessage(text)).toEqual({ id: '1', type: 'subscribe', payload: { query: '{ a }', operationName: null } });
});

test.each([
  { type: 'ping', payload: { more: { '': [] } } },
  { type: 'connection_init', payload: { Authorization: 'x', more: null } },
  { type: 'subscribe', id: '1', payload: null, more: 1 },
  { type: 'subscribe' },
  [],
])('other messages are unchanged: %j', (message) => {
  expect(readMessage(JSON.stringify(message))).toEqual(message);
});

test.each(['', '{', 'null', '5', '"{}"', JSON.stringify('{"type":"ping"}')])(
  'a text that is not a message is unchanged: %s',
  (text) => {
    expect(readMessage(text)).toBe(text);
  },
);

test('a payload keeps only the variables that its operation declares, and no extensions', () => {
  const document = parse('subscription A($b: Int, $__proto__: Int, $c: Int) { d } query E($f: Int) { g }');
  const variables = JSON.parse('{ "b": null, "__proto__": 1, "f": 2, "more": 3 }');
  const payload = { query: 'x', operationName: 'A', variables, extensions: { traceparent: 'y' } };
  trimPayload(payload, 'text', getOperationAST(document, 'A') ?? null);
  expect(JSON.stringify(payload)).toBe('{"query":"text","operationName":"A","variables":{"b":null,"__proto__":1}}');
  trimPayload(payload, 'text', null);
  expect(payload.variables).toEqual({});
});
