import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunningApp, startApp } from '../support/running-app.ts';

const query = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';

let running: RunningApp;

beforeEach(async () => {
  running = await startApp({ lingerMs: 0 });
});

afterEach(() => running.stop());

function post(accept: string, document = query): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept };
  return fetch(running.url, { method: 'POST', headers, body: JSON.stringify({ query: document }) });
}

test.each(['application/json', 'application/graphql-response+json', 'application/*, text/plain'])(
  'a subscription for who accepts %s is refused, and nobody is left subscribed',
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
  'who accepts %s gets events',
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
])('%s may be called then, and is no promise for it', async (_what, selection, data) => {
  const response = await post('text/event-stream', `subscription { ${selection} }`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/^data: /m.test(text)) text += (await reader?.read())?.value ?? '';
  expect(text).toContain(`data: ${data}`);
  await reader?.cancel();
});
