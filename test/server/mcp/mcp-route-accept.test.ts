import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { btc, json, messageOf, toCall, toNotification } from '../../support/mcp-messages.ts';
import type { RawAnswer } from '../../support/server/running-server.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: {} });
  server.marketData.set('BTC/USD', { last: 1 });
});

afterEach(async () => {
  await server.stop();
});

function send(body: string, headers: Readonly<Record<string, string>>): Promise<RawAnswer> {
  return server.send({ method: 'POST', path: '/mcp', headers: { ...json, ...headers }, body });
}

const modernHeaders = {
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'get_ticker',
};

/** The same as a client of the revision 2026-07-28 sends it. */
function toModernCall(id: number): string {
  const key = 'io.modelcontextprotocol/';
  const meta = {
    [`${key}protocolVersion`]: '2026-07-28',
    [`${key}clientInfo`]: { name: 'a', version: '1' },
    [`${key}clientCapabilities`]: {},
  };
  const params = { name: 'get_ticker', arguments: btc, _meta: meta };
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
}

test.each(['*/*', 'APPLICATION/JSON, TEXT/EVENT-STREAM', 'application/*, text/*;q=0.5', ''])(
  'accept: %s is enough',
  async (accept) => {
    expect(messageOf(await send(toCall(1), { accept }))).toMatchObject({
      id: 1,
      result: { content: [{ type: 'text' }] },
    });
  },
);

describe.each([
  ['application/json', /^application\/json/, /^\{.*\}$/],
  ['text/event-stream', /^text\/event-stream/, /^event: message\ndata: \{.*\}\n\n$/],
  ['text/event-stream, application/json;q=0', /^text\/event-stream/, /^event: message\ndata: \{.*\}\n\n$/],
])('a client that accepts only one form: %s', (accept, type, form) => {
  test.each([
    ['a price', toCall(7), {}],
    ['a price in the revision 2026-07-28', toModernCall(7), modernHeaders],
    ['an error', toCall(7, {}), {}],
    ['an error of the protocol', toCall(7, btc, 'get_tickr'), {}],
    ['a message that is not valid', toCall(7).replace('tools/call', 'resources/read'), {}],
  ])('%s comes in it', async (_what, body, headers) => {
    const answer = await send(body, { accept, ...headers });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(type);
    expect(answer.text).toMatch(form);
    expect(messageOf(answer)).toMatchObject({ jsonrpc: '2.0', id: 7 });
  });

  test('a notification is accepted', async () => {
    expect(await send(toNotification({ requestId: 1 }), { accept })).toMatchObject({ status: 202, text: '' });
  });

  test('it can leave while it waits', async () => {
    const release = server.marketData.hold();
    const left = new AbortController();
    const headers = { ...json, accept };
    const waiting = fetch(`${server.origin}/mcp`, { method: 'POST', headers, body: toCall(1), signal: left.signal });
    const failed = waiting.then((response) => response.text()).catch((error: unknown) => error);
    await eventually(() => server.marketData.tickerCalls.length === 1);
    left.abort();
    expect(await failed).toMatchObject({ name: 'AbortError' });
    await eventually(() => server.http.requestCount === 0);
    release();
  });
});

test('a client that accepts neither form learns what to send', async () => {
  const answer = await send(toCall(1), { accept: 'text/html' });
  expect(answer.status).toBe(406);
  expect(messageOf(answer).error.message).toContain(
    'send Accept: application/json, text/event-stream, or one of the two',
  );
});
