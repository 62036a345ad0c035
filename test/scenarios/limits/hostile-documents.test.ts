import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { getIntrospectionQuery } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeServer, startServer } from '../../support/server.ts';
import { connect, eventually, openSocket, subscribe } from '../../support/socket-client.ts';

const market = 'exchange: "kraken", symbol: "BTC/USD"';

function repeat(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join(' ');
}

const chain = repeat(40, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`);
const nested = 'exchange { markets { nodes {';

/** Valid but for what they ask for. */
const hostile: readonly (readonly [what: string, document: string, message: string])[] = [
  [
    'tokens',
    `{ tickers(exchange: "kraken", symbols: [${'"BTC/USD" '.repeat(3000)}]) { last } }`,
    'The document has more than 3000 tokens, which is the maximum.',
  ],
  [
    'depth',
    `{ market(${market}) { ${nested.repeat(4)} id ${'} } }'.repeat(4)} } }`,
    'The document is 14 levels deep; it may have at most 12.',
  ],
  [
    'aliases',
    `{ ${repeat(101, (index) => `a${index}: ticker(${market}) { last }`)} }`,
    'The document has 101 aliases; it may have at most 100.',
  ],
  [
    'directives',
    `{ ticker(${market}) { ${repeat(34, (index) => `a${index}: last ${'@include(if: true) '.repeat(3)}`)} } }`,
    'The document has 102 directives; it may have at most 100.',
  ],
  [
    'one field again',
    `{ ${`ticker(${market}) { last } `.repeat(51)} }`,
    'The document selects ticker 51 times in one place; it may do so at most 50 times.',
  ],
  [
    'fragments in fragments',
    `{ ...F0 } ${chain} fragment F40 on Query { ticker(${market}) { last } }`,
    'With its fragments expanded, the document has more than 5000 fields, which is the maximum.',
  ],
  [
    'cost of candles',
    `{ a: candles(${market}, limit: 10000) { open high low close volume } b: ohlcv(${market}, limit: 10000)
       c: candles(${market}, limit: 10000) { open high low close } }`,
    'The operation costs 100300; it may cost at most 100000. Ask for fewer items or fields.',
  ],
  [
    'cost of lists in lists',
    '{ exchanges { markets(first: 1000) { nodes { candles(limit: 1000) { close } } } } }',
    'The operation costs 115501051; it may cost at most 100000. Ask for fewer items or fields.',
  ],
];

const liveHostile: typeof hostile = [
  [
    'aliases',
    `subscription { tickerUpdated(${market}) { ${repeat(101, (index) => `a${index}: last`)} } }`,
    'The document has 101 aliases; it may have at most 100.',
  ],
  [
    'cost',
    `subscription { orderBookUpdated(${market}, limit: 1000) { ${repeat(26, (index) => `a${index}: bids { price amount }`)}
      ${repeat(26, (index) => `b${index}: asks { price amount }`)} } }`,
    'The operation costs 104010; it may cost at most 100000. Ask for fewer items or fields.',
  ],
];

const refusalOf = (message: unknown) => ({
  message,
  extensions: { code: 'QUERY_TOO_COMPLEX', retryable: false },
});

let server: FakeServer;

beforeEach(async () => {
  server = await startServer({ fake: { cached: true } });
});

afterEach(() => server.stop());

describe.each(['application/json', 'application/graphql-response+json', 'text/event-stream'])('%s', (accept) => {
  test.each(hostile)('POST with too much of %s is refused, again and again', async (_what, document, message) => {
    for (let times = 0; times < 3; times += 1) {
      const answer = await server.post(document, { accept });
      expect(answer.status).toBe(400);
      expect(toBody(answer.text)).toEqual({ errors: [refusalOf(message)] });
    }
    expect(server.calls).toBe(0);
  });

  test.each(hostile)('GET with too much of %s is refused', async (what, document, message) => {
    // Node takes no more than 16 KB of headers.
    if (what === 'tokens') return;
    const answer = await server.get(document, { accept });
    expect(answer.status).toBe(400);
    expect(answer.headers['cache-control']).toMatch(/no-(?:store|cache)/);
    expect(toBody(answer.text)).toEqual({ errors: [refusalOf(message)] });
    expect(server.calls).toBe(0);
  });
});

test.each(liveHostile)('a subscription over SSE with too much of %s is refused', async (_what, document, message) => {
  const answer = await server.post(document, { accept: 'text/event-stream' });
  expect(answer.status).toBe(400);
  expect(toBody(answer.text)).toEqual({ errors: [refusalOf(message)] });
  expect(server.feeds.counts.topics).toBe(0);
});

test('over WebSocket each is refused, and the other operations of the socket continue', async () => {
  server.marketData.set('BTC/USD', { last: 1 });
  const client = connect(server.webSocketUrl);
  const live = subscribe(client, `subscription { tickerUpdated(${market}) { last } }`);
  await live.until(1);
  const calls = server.calls;
  const topics = server.feeds.counts.topics;
  for (const [, document, message] of [...hostile, ...liveHostile]) {
    const operation = subscribe(client, document);
    await operation.ended();
    expect(operation.error).toEqual([refusalOf(message)]);
    expect(operation.results).toEqual([]);
  }
  expect(server.calls).toBe(calls);
  expect(server.feeds.counts.topics).toBe(topics);
  const after = subscribe(client, '{ exchange(id: "kraken") { id } }');
  await after.ended();
  expect(after.results[0]?.data).toEqual({ exchange: { id: 'kraken' } });
  expect([live.completed, live.error]).toEqual([false, null]);
  await client.dispose();
  await eventually(() => server.feeds.counts.subscribers === 0);
});

test('a limit in a variable is included in the cost, on every transport', async () => {
  const document = `query ($limit: Int!) { a: ohlcv(${market}, limit: $limit) b: candles(${market}, limit: $limit) {
    timestamp datetime open high low close volume closed } c: ohlcv(${market}, limit: $limit)
    d: ohlcv(${market}, limit: $limit) }`;
  const variables = { limit: 10_000 };
  const message = 'The operation costs 110400; it may cost at most 100000. Ask for fewer items or fields.';
  const posted = await server.post(document, {}, { variables });
  expect([posted.status, toBody(posted.text)]).toEqual([400, { errors: [refusalOf(message)] }]);
  const search = new URLSearchParams({ query: document, variables: JSON.stringify(variables) });
  const got = await server.send({ path: `/graphql?${search}` });
  expect([got.status, toBody(got.text)]).toEqual([400, { errors: [refusalOf(message)] }]);
  const client = connect(server.webSocketUrl);
  const operation = subscribe(client, document, variables);
  await operation.ended();
  expect(operation.error).toEqual([refusalOf(message)]);
  await client.dispose();
  expect(server.calls).toBe(0);
});

test('an invalid limit is refused by its resolver, as usual', async () => {
  for (const limit of [-1, 20_000]) {
    const { text } = await server.post(`{ orderBook(${market}, limit: ${limit}) { mid } }`);
    expect(JSON.parse(text).errors[0]).toMatchObject({ message: `limit is ${limit}; it must be from 1 to 1000.` });
  }
});

test('a persisted document must respect the limits when it is registered', async () => {
  const [, document = '', message = ''] = hostile[2] ?? [];
  const sha256Hash = createHash('sha256').update(document).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  const refused = await server.post(document, {}, { extensions });
  expect([refused.status, toBody(refused.text)]).toEqual([400, { errors: [refusalOf(message)] }]);
  const body = JSON.stringify({ extensions });
  const known = await server.send({ method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(toBody(known.text)).toMatchObject({ errors: [{ message: 'PersistedQueryNotFound' }] });
});

test('of many errors only the first ones are sent', async () => {
  const { text } = await server.post(`{ ${repeat(90, (index) => `tickr${index}`)} }`);
  const { errors } = JSON.parse(text);
  expect(errors).toHaveLength(21);
  expect(errors.at(-1).message).toContain('error limit reached');
});

test('the queries of typical pages are accepted', async () => {
  const symbols = Array.from({ length: 1000 }, (_, index) => `S${index}/USD`);
  for (const symbol of symbols) server.marketData.set(symbol, { last: 1 });
  const tickers = `{ tickers(exchange: "kraken", symbols: ${JSON.stringify(symbols)}) { last bid } }`;
  const lists = `{ ${repeat(60, (index) => `a${index}: exchange(id: "kraken") { ...F }`)} } fragment F on Exchange { id name }`;
  const introspection = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true });
  for (const document of [tickers, lists, introspection]) {
    const { status, text } = await server.post(document);
    expect(status).toBe(200);
    expect(JSON.parse(text).errors).toBeUndefined();
  }
});

test('a socket stays open after a document that cannot be parsed', async () => {
  const socket = await openSocket(server.webSocketUrl);
  const query = `{ a(b: ${'['.repeat(20_000)}) }`;
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  const [data] = await once(socket, 'message');
  expect(JSON.parse(String(data))).toMatchObject({
    id: '1',
    type: 'error',
    payload: [refusalOf(expect.stringMatching(/^The document (has more than 3000 tokens|is nested too deeply)/))],
  });
  expect(socket.readyState).toBe(socket.OPEN);
  socket.close();
});

/** The result in a body, or the only one in a stream of events. */
function toBody(text: string): unknown {
  const data = text.match(/^event: next\ndata: (.*)$/m)?.[1];
  return JSON.parse(data ?? text);
}
