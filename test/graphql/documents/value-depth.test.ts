import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { requireShallow } from '../../../src/graphql/documents/value-depth.ts';
import { jsonFormat } from '../../../src/server/answers/operation-request.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { openSocket } from '../../support/socket-client.ts';

// JSON.parse accepts lists nested to any depth, but most functions that traverse them overflow the stack.

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: {} });
  server.marketData.set('BTC/USD', { last: 1 });
});

afterEach(() => server.stop());

const nest = (depth: number, [open, close] = ['[', ']']): string => `${open.repeat(depth)}1${close.repeat(depth)}`;
const deep = nest(20_000);
const deepObject = nest(20_000, ['{"a":', '}']);

const symbols = 'query ($symbols: [String!]!) { tickers(exchange: "kraken", symbols: $symbols) { last } }';
const liveSymbols =
  'subscription ($symbols: [String!]!) { tickersUpdated(exchange: "kraken", symbols: $symbols) { last } }';
const dateTime = 'query ($x: DateTime) { trades(exchange: "kraken", symbol: "BTC/USD", since: $x) { id } }';
const timeframe = 'query ($x: Timeframe!) { candles(exchange: "kraken", symbol: "BTC/USD", timeframe: $x) { close } }';
const unused = '{ __typename }';
const unusedLive = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USD") { last } }';

const payloads: readonly string[] = [
  ...[symbols, liveSymbols].map((query) => `{"query":${JSON.stringify(query)},"variables":{"symbols":${deep}}}`),
  ...[dateTime, timeframe, unused, unusedLive].flatMap((query) =>
    [deep, deepObject].map((value) => `{"query":${JSON.stringify(query)},"variables":{"x":${value}}}`),
  ),
  `{"query":${JSON.stringify(unused)},"extensions":{"x":${deep}}}`,
  `{"query":${JSON.stringify(unusedLive)},"extensions":{"x":${deep}}}`,
];

const tooDeep = expect.objectContaining({
  message: expect.stringMatching(/^The (variables|extensions) are nested too deeply: they may have at most 32 levels/),
  extensions: { code: 'BAD_USER_INPUT', retryable: false },
});

function describePayload(payload: string): readonly [name: string, payload: string] {
  return [payload.replace(/(\[|\{"a":){9}.*/, '…'), payload];
}

test.each(payloads.map(describePayload))('over HTTP, %s', async (_name, body) => {
  const url = server.url;
  for (const accept of ['application/json', 'text/event-stream', '*/*']) {
    const headers = { 'content-type': 'application/json', accept };
    const response = await fetch(url, { method: 'POST', headers, body });
    expect(response.status).toBe(accept === 'text/event-stream' ? 400 : 200);
    expect((await response.json()).errors).toEqual([tooDeep]);
  }
});

test('in a query string', async () => {
  const search = new URLSearchParams({ query: symbols, variables: `{"symbols":${nest(1000)}}` });
  const response = await fetch(`${server.url}?${search}`);
  expect((await response.json()).errors).toEqual([tooDeep]);
});

/** The server's first reply to the messages, or the close code. */
async function replyTo(messages: readonly string[], isAcknowledged = true): Promise<unknown> {
  const socket = isAcknowledged
    ? await openSocket(server.webSocketUrl)
    : new WebSocket(server.webSocketUrl, 'graphql-transport-ws');
  if (!isAcknowledged) await once(socket, 'open');
  const answer = new Promise<unknown>((resolve) => {
    socket.on('message', (data) => resolve(JSON.parse(String(data))));
    socket.on('close', resolve);
  });
  for (const message of messages) socket.send(message);
  const reply = await answer;
  socket.terminate();
  return reply;
}

test.each(payloads.map(describePayload))('over a WebSocket, %s', async (_name, payload) => {
  const size = Buffer.byteLength(payload);
  const reply = await replyTo([`{"id":"1","type":"subscribe","payload":${payload}}`]);
  expect(reply).toEqual(size > 65_536 ? 1009 : { id: '1', type: 'error', payload: [tooDeep] });
});

test.each([
  ['ping', 4400],
  ['pong', { type: 'pong' }],
  ['complete', { type: 'pong' }],
  ['unknown', 4400],
])('in a message of type %s', async (type, answer) => {
  const ping = type === 'ping' ? [] : ['{"type":"ping"}'];
  expect(await replyTo([`{"id":"1","type":"${type}","payload":{"a":${deep}}}`, ...ping])).toEqual(answer);
});

test('in the connection_init message', async () => {
  expect(await replyTo([`{"type":"connection_init","payload":{"a":${deep}}}`], false)).toEqual({
    type: 'connection_ack',
  });
});

test('values may be nested up to 32 levels', async () => {
  for (const [levels, isAccepted] of [
    [32, true],
    [33, false],
  ] as const) {
    const variables = JSON.parse(`{"x":${nest(levels)}}`);
    const check = (): void => requireShallow({ variables });
    if (isAccepted) expect(check).not.toThrow();
    else expect(check).toThrow('nested too deeply');
    expect(jsonFormat.read(JSON.stringify({ query: unused, variables })) !== null).toBe(isAccepted);
  }
});
