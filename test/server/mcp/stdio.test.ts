import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { serveMcpOverStdio } from '../../../src/server/mcp/stdio.ts';
import { startFields } from '../../support/mcp-calls.ts';
import { eventually } from '../../support/socket-client.ts';

const btc = { exchange: 'kraken', symbol: 'BTC/USD' };

function toMessage(id: number, method: string, params: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

const initialize = toMessage(0, 'initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
});
const call = (id: number): string => toMessage(id, 'tools/call', { name: 'get_ticker', arguments: btc });

function serve() {
  const parts = startFields();
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const recorded: (readonly string[])[] = [];
  const ended = serveMcpOverStdio({
    ...parts,
    readVersion: () => '1.2.3',
    input,
    output,
    onRequest: (transport, field, code) => recorded.push([transport, field, code]),
  });
  return {
    ...parts,
    input,
    output,
    ended,
    recorded,
    get messages(): readonly { readonly id?: number; readonly result?: object }[] {
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
  };
}

test('requests that are already there when the input ends are answered, each is counted, and then it ends', async () => {
  const served = serve();
  served.marketData.set('BTC/USD', { last: 1 });
  served.input.end(initialize + call(1) + call(2));
  await served.ended;
  expect(served.messages.map(({ id }) => id)).toEqual([0, 1, 2]);
  expect(served.messages[0]?.result).toMatchObject({ serverInfo: { name: 'tickql', version: '1.2.3' } });
  expect(served.recorded).toEqual([
    ['mcp', 'ticker', 'ok'],
    ['mcp', 'ticker', 'ok'],
  ]);
});

test('a call that waits for its exchange when the input ends is answered too', async () => {
  const served = serve();
  served.marketData.set('BTC/USD', { last: 1 });
  const release = served.marketData.hold();
  served.input.end(initialize + call(1));
  await eventually(() => served.marketData.tickerCalls.length === 1);
  // Long enough for the end of the input to arrive everywhere.
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  release();
  await served.ended;
  expect(served.messages.map(({ id }) => id)).toEqual([0, 1]);
});

test('a cancelled call gets no answer, and does not keep the process when the input ends', async () => {
  const served = serve();
  served.marketData.set('BTC/USD', { last: 1 });
  served.marketData.hold();
  served.input.write(initialize + call(1));
  await eventually(() => served.marketData.tickerCalls.length === 1);
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
  served.input.end(`${JSON.stringify(cancelled)}\n`);
  await served.ended;
  expect(served.messages.map(({ id }) => id)).toEqual([0]);
});

test('it ends when nobody reads the output any more', async () => {
  const served = serve();
  served.input.write(initialize);
  await eventually(() => served.messages.length === 1);
  served.output.destroy(new Error('EPIPE'));
  await served.ended;
});

test('it ends when the input is closed without an end', async () => {
  const served = serve();
  served.input.write(initialize);
  await eventually(() => served.messages.length === 1);
  served.input.destroy();
  await served.ended;
});

test('the last line needs no end', async () => {
  const served = serve();
  served.marketData.set('BTC/USD', { last: 1 });
  served.input.end(`${initialize}${call(1).trimEnd()}`);
  await served.ended;
  expect(served.messages.map(({ id }) => id)).toEqual([0, 1]);
});

test.each([
  ['a list of messages', `[${call(1).trim()},${call(2).trim()}]`, undefined, -32_600, 'one by one'],
  ['an object that is no message', '{"jsonrpc":"2.0","id":5}', 5, -32_600, 'method is missing'],
  ['a number', '5', undefined, -32_600, 'must be an object'],
  ['arguments that are a list', toMessage(5, 'tools/call', { name: 'a', arguments: [] }), 5, -32_602, 'an object'],
])('%s is refused at once, so that its client does not wait', async (_what, line, id, code, sentence) => {
  const served = serve();
  served.input.write(`${initialize}${line.trim()}\n`);
  await eventually(() => served.messages.length === 2);
  expect(served.messages).toContainEqual({
    jsonrpc: '2.0',
    ...(id === undefined ? {} : { id }),
    error: { code, message: expect.stringContaining(sentence) },
  });
  served.input.end(toMessage(3, 'ping', {}));
  await served.ended;
  expect(served.messages.at(-1)?.id).toBe(3);
});

test('parameters that are null are left out', async () => {
  const served = serve();
  const params = { name: 'list_exchanges', arguments: null, _meta: null };
  served.input.end(
    `${initialize}{"jsonrpc":"2.0","id":1,"method":"ping","params":null}\n${toMessage(2, 'tools/call', params)}`,
  );
  await served.ended;
  expect(served.messages.slice(1)).toMatchObject([
    { id: 1, result: {} },
    { id: 2, result: { content: [{}] } },
  ]);
});

test('a notification that is not valid gets no answer', async () => {
  const served = serve();
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: {} } };
  served.input.end(`${initialize}${JSON.stringify(cancelled)}\n${toMessage(3, 'ping', {})}`);
  await served.ended;
  expect(served.messages.map(({ id }) => id)).toEqual([0, 3]);
});

test('a line that is no message does not end the connection', async () => {
  const served = serve();
  served.input.write(`${initialize}this is no JSON\n`);
  served.input.end(toMessage(3, 'ping', {}));
  await served.ended;
  expect(served.messages.map(({ id }) => id)).toEqual([0, 3]);
});
