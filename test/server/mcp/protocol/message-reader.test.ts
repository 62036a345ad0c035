import { specTypeSchemas } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import { MessageReader } from '../../../../src/server/mcp/protocol/message-reader.ts';

const reader = new MessageReader(specTypeSchemas);
const identity = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } };

function toRequest(method: unknown, params?: unknown): object {
  return { jsonrpc: '2.0', id: 1, method, ...(params === undefined ? {} : { params }) };
}

test.each([
  ['parameters', 'tools/list', null, undefined],
  ['a cursor', 'tools/list', { cursor: null }, {}],
  ['metadata', 'tools/call', { name: 'a', _meta: null, task: null }, { name: 'a' }],
  ['members of metadata', 'tools/call', { name: 'a', _meta: { progressToken: null } }, { name: 'a', _meta: {} }],
  ['arguments', 'tools/call', { name: 'a', arguments: null }, { name: 'a' }],
  [
    'capabilities',
    'initialize',
    { ...identity, capabilities: { roots: null, elicitation: { form: null } } },
    { ...identity, capabilities: { elicitation: {} } },
  ],
])('%s that are null are left out', (_what, method, params, left) => {
  expect(reader.read(toRequest(method, params))).toEqual({ message: toRequest(method, left) });
});

test('what is null within the arguments of a tool is left to the tool', () => {
  const params = { name: 'a', arguments: { limit: null, of: [{ period: null }] } };
  expect(reader.read(toRequest('tools/call', params))).toEqual({ message: toRequest('tools/call', params) });
});

test.each([
  [toRequest('tools/call', { name: 'a', arguments: [] }), 'arguments must be an object, but it is a list.'],
  [toRequest('tools/call', { name: 'a', arguments: '{}' }), 'arguments must be an object, but it is "{}".'],
  [toRequest('tools/call', { name: 5 }), 'name must be text, but it is 5.'],
  [toRequest('tools/call', { name: null }), 'name is missing; it must be text.'],
  [toRequest('tools/call'), 'params is missing; it must be an object.'],
  [toRequest('tools/list', { cursor: 5 }), 'cursor must be text, but it is 5.'],
  [toRequest('resources/read', {}), 'uri is missing; it must be text.'],
  [
    toRequest('initialize', { ...identity, clientInfo: { name: 1, version: 'x' } }),
    'clientInfo.name must be text, but it is 1.',
  ],
  [
    toRequest('tools/call', { name: 'a', _meta: { progressToken: {} } }),
    '_meta.progressToken must be text or a number, but it is an object.',
  ],
])('%j cannot be answered: %s', (message, sentence) => {
  expect(reader.read(message)).toEqual({ fault: { code: -32_602, id: 1, isNotification: false, message: sentence } });
});

test.each([
  [5, null, 'The message must be an object, but it is 5.'],
  [[toRequest('ping')], null, 'Send the messages of the list one by one: a list is not a message.'],
  [{ jsonrpc: '2.0', id: 5 }, 5, 'method is missing; it must be text.'],
  [{ ...toRequest('ping'), jsonrpc: '1.0' }, 1, 'jsonrpc must be "2.0", but it is "1.0".'],
  [{ ...toRequest('ping'), id: null }, null, 'id must be text or a number, but it is null.'],
  [{ ...toRequest('ping'), id: 1.5 }, null, 'id must be text or a whole number, but it is 1.5.'],
  [{ ...toRequest('ping'), extra: 1 }, 1, 'The message may not have "extra".'],
  [toRequest('ping', []), 1, 'params must be an object, but it is a list.'],
  [toRequest('ping', JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)), 1, 'The message is nested too deeply.'],
])('a message that is not one of JSON-RPC 2.0 is refused: %#', (message, id, sentence) => {
  expect(reader.read(message)).toEqual({ fault: { code: -32_600, id, isNotification: false, message: sentence } });
});

test('a notification that is not valid is known as one', () => {
  const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: {} } };
  expect(reader.read(message)).toMatchObject({ fault: { id: null, isNotification: true } });
});

test('methods that the server does not have, and answers, are left to the SDK', () => {
  for (const message of [toRequest('prompts/get', { name: 5 }), { jsonrpc: '2.0', id: 1, result: {} }]) {
    expect(reader.read(message)).toEqual({ message });
  }
});
