import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';

const query = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';

let running: AppServer;

beforeEach(async () => {
  running = await startServer();
});

afterEach(() => running.stop());

function post(accept: string, document = query): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept };
  return fetch(running.url, { method: 'POST', headers, body: JSON.stringify({ query: document }) });
}

test.each(['application/json', 'application/graphql-response+json', 'application/*, text/plain'])(
  'a subscription is refused for a client that accepts %s, and no subscriber is left',
  async (accept) => {
    const response = await post(accept);
    expect(response.status).toBe(406);
    if (accept.includes('json')) {
      const { errors } = await response.json();
      expect(errors[0]).toMatchObject({
        message: expect.stringContaining('send accept: text/event-stream'),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    expect(running.app.counts).toMatchObject({ subscribers: 0, operations: 0 });
  },
);

test.each(['text/event-stream', 'TEXT/event-stream; charset=utf-8', 'image/png, */*;q=0.1', 'text/*'])(
  'a client that accepts %s receives events',
  async (accept) => {
    const response = await post(accept);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await response.body?.cancel();
  },
);

test('HEAD of a subscription ends at once', async () => {
  const url = `${running.url}?query=${encodeURIComponent(query)}`;
  const response = await fetch(url, { method: 'HEAD', headers: { accept: 'text/event-stream' } });
  expect(response.status).toBe(405);
  expect(running.app.counts).toMatchObject({ subscribers: 0, operations: 0 });
});

test('the headers forbid proxies to buffer, compress or store events', async () => {
  const response = await post('text/event-stream');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-accel-buffering': 'no',
    'cache-control': 'no-store, no-transform',
  });
  await response.body?.cancel();
});

describe('a subscription that is refused before its first event', () => {
  const of = 'exchange: "sim", symbol: "BTC/USDT"';

  test.each([
    ['that is no document', 'subscription { tickerUpdated(', 400, 'BAD_USER_INPUT'],
    ['of a field that there is not', 'subscription { nope }', 400, 'BAD_USER_INPUT'],
    ['of an unknown exchange', query.replace('sim', 'nowhere'), 400, 'EXCHANGE_NOT_FOUND'],
    ['of no symbols', 'subscription { tickersUpdated(exchange: "sim", symbols: []) { last } }', 400, 'BAD_USER_INPUT'],
    [
      'with a variable missing',
      `subscription ($s: String!) { tickerUpdated(exchange: "sim", symbol: $s) { last } }`,
      400,
      'BAD_USER_INPUT',
    ],
    ['of nothing', '', 400, 'BAD_USER_INPUT'],
    ['of too much', `subscription { tickerUpdated(${of}) { ${'last '.repeat(60)} } }`, 400, 'QUERY_TOO_COMPLEX'],
  ])('%s is answered with a status and JSON', async (_what, document, status, code) => {
    const url = `${running.url}?query=${encodeURIComponent(document)}`;
    for (const response of [
      await post('text/event-stream', document),
      await fetch(url, { headers: { accept: 'text/event-stream' } }),
    ]) {
      expect([response.status, response.headers.get('content-type')]).toEqual([
        status,
        'application/json; charset=utf-8',
      ]);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const { errors, data } = await response.json();
      expect([errors[0].extensions.code, errors[0].extensions.http, data]).toEqual([code, undefined, undefined]);
    }
    expect(running.app.counts).toMatchObject({ subscribers: 0, operations: 0 });
  });

  test('has that status also for a client that accepts anything', async () => {
    const response = await post('*/*', query.replace('sim', 'nowhere'));
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/json; charset=utf-8']);
  });

  test('differs from a query with an error in one field, which has data and is sent as an event', async () => {
    const response = await post('text/event-stream', '{ ticker(exchange: "nowhere", symbol: "x") { last } }');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(await response.text()).toContain('"code":"EXCHANGE_NOT_FOUND"');
  });
});

describe('the single connection mode of GraphQL over SSE', () => {
  const token = { 'x-graphql-event-stream-token': 'a' };
  const json = { 'content-type': 'application/json' };

  test.each<[string, number, string, RequestInit]>([
    ['a reservation', 405, '', { method: 'PUT' }],
    ['the end of an operation', 405, '?operationId=1', { method: 'DELETE', headers: token }],
    ['its stream, by a header', 400, '', { headers: { ...token, accept: 'text/event-stream' } }],
    ['its stream, by a parameter', 400, '?token=a', { headers: { accept: 'text/event-stream' } }],
    ['an operation', 400, '', { method: 'POST', headers: { ...token, ...json }, body: JSON.stringify({ query }) }],
  ])('%s is refused with %i and an explanation', async (_what, status, search, init) => {
    const response = await fetch(`${running.url}${search}`, init);
    expect([response.status, response.headers.get('allow')]).toEqual([
      status,
      status === 405 ? 'GET, HEAD, POST' : null,
    ]);
    expect(response.statusText).toContain('use singleConnection: false');
    const { errors } = await response.json();
    expect(errors).toEqual([
      {
        message: expect.stringMatching(/does not support the single connection mode .*singleConnection: false/),
        extensions: { code: 'BAD_USER_INPUT', retryable: false },
      },
    ]);
  });
});

test.each([
  [
    'a field',
    'tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { then: symbol }',
    '{"data":{"tickerUpdated":{"then":"BTC/USDT"}}}',
  ],
  [
    'the root',
    'then: tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { symbol }',
    '{"data":{"then":{"symbol":"BTC/USDT"}}}',
  ],
])('%s can be requested then, without a reservation', async (_what, selection, data) => {
  const response = await post('text/event-stream', `subscription { ${selection} }`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/^data: /m.test(text)) text += (await reader?.read())?.value ?? '';
  expect(text).toContain(`data: ${data}`);
  await reader?.cancel();
});
