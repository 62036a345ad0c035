import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { systemClock } from '../../../src/base/clock.ts';
import { type Exposition, parseExposition } from '../../support/exposition.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';

const ticker = '{ ticker(exchange: "sim", symbol: "BTC/USDT") { symbol last } }';
const subscription = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';

let app: AppServer;
const scrape = async (): Promise<Exposition> => parseExposition(await app.scrape());

beforeEach(async () => {
  app = await startServer();
});

afterEach(() => app.stop());

test('operations are counted by transport, root field and code of the first error', async () => {
  await app.post(ticker);
  await app.post('{ a: ticker(exchange: "sim", symbol: "X/Y") { last } }');
  await app.post('query Mine { exchanges { id } ...More } fragment More on Query { exchange(id: "sim") { id } }');
  await app.post('{ __schema { queryType { name } } }');
  await app.post('{ nope }');
  await fetch(`${app.origin}/graphql`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{' });
  await app.post('{', { 'content-type': 'application/json' });
  await fetch(`${app.origin}/graphql`, { headers: { accept: 'text/html' } });
  await fetch(`${app.origin}/nothing`);
  const { samples } = await scrape();
  const counted = samples.filter(({ name }) => name === 'tickql_requests_total');
  expect(counted.map(({ labels, value }) => [...Object.values(labels), value])).toEqual(
    expect.arrayContaining([
      ['http', 'ticker', 'ok', 1],
      ['http', 'ticker', 'SYMBOL_NOT_FOUND', 1],
      ['http', 'several', 'ok', 1],
      ['http', 'introspection', 'ok', 1],
      ['http', 'invalid', 'BAD_USER_INPUT', 3],
    ]),
  );
  expect(counted).toHaveLength(5);
});

test('internal errors are counted, starting from zero', async () => {
  let isBroken = false;
  const now = (): number => {
    if (!isBroken) return systemClock.now();
    isBroken = false;
    throw new Error('the clock has stopped');
  };
  await using broken = await startServer({ clock: { ...systemClock, now } });
  const count = async () => parseExposition(await broken.scrape()).find('tickql_internal_errors_total');
  await broken.post(ticker);
  expect(await count()).toBe(0);
  isBroken = true;
  expect((await broken.post(ticker)).text).toContain('INTERNAL_SERVER_ERROR');
  expect(await count()).toBe(1);
});

test('dropped log lines are counted', async () => {
  await using stalled = await startServer({ droppedLogLines: () => 7 });
  expect(parseExposition(await stalled.scrape()).find('tickql_log_lines_dropped_total')).toBe(7);
  expect((await scrape()).find('tickql_log_lines_dropped_total')).toBe(0);
});

test('an answer from the cache counts as an operation', async () => {
  await app.post(ticker);
  await app.post(ticker);
  const { find } = await scrape();
  expect(find('tickql_requests_total', { transport: 'http', operation: 'ticker', code: 'ok' })).toBe(2);
  expect(find('tickql_request_duration_seconds_count', { transport: 'http' })).toBe(2);
  expect(find('tickql_request_duration_seconds_bucket', { transport: 'http', le: '+Inf' })).toBe(2);
  expect(find('tickql_cache_requests_total', { cache: 'answers', result: 'hit' })).toBe(1);
  expect(find('tickql_cache_requests_total', { cache: 'answers', result: 'miss' })).toBe(1);
  expect(find('tickql_cache_requests_total', { cache: 'documents', result: 'miss' })).toBe(1);
  expect(find('tickql_cache_requests_total', { cache: 'tickers', result: 'miss' })).toBe(1);
});

test('lookups are counted for every cache, as hits and misses', async () => {
  const market = 'exchange: "sim", symbol: "BTC/USDT"';
  const swap = 'exchange: "sim", symbol: "BTC/USDT:USDT"';
  for (const alias of ['a', 'b']) {
    await app.post(`{ ${alias}: candles(${market}, timeframe: "1h", since: 0, until: 7200000) { close } }`);
    await app.post(`{ ${alias}: orderBook(${market}) { bids { price } } }`);
    await app.post(`{ ${alias}: trades(${market}) { price } }`);
    await app.post(`{ ${alias}: ticker(${market}) { last } }`);
    await app.post(`{ ${alias}: fundingRate(${swap}) { rate } }`);
    await app.post(`{ ${alias}: fundingRateHistory(${swap}) { rate } }`);
    await app.post(`{ ${alias}: openInterest(${swap}) { amount } }`);
    await app.post(`{ ${alias}: openInterestHistory(${swap}) { amount } }`);
  }
  const { find } = await scrape();
  const contracts = ['funding_rates', 'funding_rate_history', 'open_interest', 'open_interest_history'];
  for (const cache of ['candles', 'order_books', 'trades', 'tickers', ...contracts]) {
    expect([cache, find('tickql_cache_requests_total', { cache, result: 'miss' })]).toEqual([cache, 1]);
    expect([cache, find('tickql_cache_requests_total', { cache, result: 'hit' })]).toEqual([cache, 1]);
  }
});

test('sockets, subscriptions, groups, messages and feeds are reported while they exist', async () => {
  const clients = [1, 2].map(() => connect(app.webSocketUrl));
  const operations = clients.map((client) => subscribe(client, subscription));
  await Promise.all(operations.map((operation) => operation.until(2)));
  const live = await scrape();
  expect(live.find('tickql_sockets')).toBe(2);
  expect(live.find('tickql_subscriptions')).toBe(2);
  expect(live.find('tickql_groups')).toBe(1);
  expect(live.find('tickql_operations')).toBe(2);
  expect(live.find('tickql_messages_total')).toBeGreaterThanOrEqual(4);
  expect(live.find('tickql_conflated_messages_total')).toBe(0);
  expect(live.find('tickql_unchanged_messages_total')).toBeGreaterThanOrEqual(0);
  const labels = { transport: 'websocket', operation: 'tickerUpdated', code: 'ok' };
  expect(live.find('tickql_requests_total', labels)).toBe(2);
  expect(live.find('tickql_feeds', { kind: 'tickers' })).toBe(1);
  expect(live.find('tickql_stale_feeds', { exchange: 'sim' })).toBe(0);
  expect(live.find('tickql_feed_age_seconds', { exchange: 'sim', kind: 'tickers' })).toBeLessThan(15);
  await Promise.all(clients.map((client) => client.dispose()));
  await eventually(() => app.app.counts.topics === 0);
  const after = await scrape();
  expect(after.find('tickql_sockets')).toBe(0);
  expect(after.find('tickql_feeds', { kind: 'tickers' })).toBeUndefined();
});

test('a feed that lingers without subscribers has no age and is not stale', async () => {
  await using lingering = await startServer({ config: { lingerMs: 60_000 } });
  const client = connect(lingering.webSocketUrl);
  const operation = subscribe(client, subscription);
  await operation.until(1);
  const scrapeIt = async () => parseExposition(await lingering.scrape());
  expect((await scrapeIt()).find('tickql_feed_age_seconds', { exchange: 'sim', kind: 'tickers' })).toBeDefined();
  await client.dispose();
  await eventually(() => lingering.app.counts.subscribers === 0);
  const { find } = await scrapeIt();
  expect(find('tickql_feeds', { kind: 'tickers' })).toBe(1);
  expect(find('tickql_feed_age_seconds', { exchange: 'sim', kind: 'tickers' })).toBeUndefined();
  expect(find('tickql_stale_feeds', { exchange: 'sim' })).toBe(0);
});

test('calls to exchanges are counted by outcome, and queue, running calls and circuit are reported', async () => {
  await app.post(ticker);
  const { find } = await scrape();
  const calls = find('tickql_upstream_calls_total', { exchange: 'sim', outcome: 'ok' });
  expect(calls).toBeGreaterThanOrEqual(1);
  expect(find('tickql_upstream_call_duration_seconds_count', { exchange: 'sim' })).toBe(calls);
  expect(find('tickql_upstream_queue_depth', { exchange: 'sim' })).toBe(0);
  expect(find('tickql_upstream_running', { exchange: 'sim' })).toBe(0);
  const states = ['closed', 'open', 'half-open'].map((state) =>
    find('tickql_circuit_state', { exchange: 'sim', state }),
  );
  expect(states).toEqual([1, 0, 0]);
});

test('the memory of documents and open subscriptions is reported', async () => {
  const other = '{ ticker(exchange: "sim", symbol: "ETH/USDT") { last } }';
  for (const query of [ticker, other, ticker]) await app.post(query, { accept: 'application/graphql-response+json' });
  const before = await scrape();
  expect(before.find('tickql_document_bytes', { state: 'new' })).toBeGreaterThan(0);
  expect(before.find('tickql_document_bytes', { state: 'open' })).toBe(0);
  const client = connect(app.webSocketUrl);
  await subscribe(client, subscription).until(1);
  const { find } = await scrape();
  expect(find('tickql_document_bytes', { state: 'open' })).toBeGreaterThan(2000);
  await client.dispose();
});

test('an event stream counts once, when it starts', async () => {
  const stop = new AbortController();
  const response = await fetch(`${app.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: subscription }),
    signal: stop.signal,
  });
  await response.body?.getReader().read();
  const { find } = await scrape();
  expect(find('tickql_operations')).toBe(1);
  expect(find('tickql_requests_total', { transport: 'sse', operation: 'tickerUpdated', code: 'ok' })).toBe(1);
  stop.abort();
});

test('closed sockets are counted by code, including rejected ones', async () => {
  await using keyed = await startServer({ config: { apiKeys: ['a-key-that-is-long-enough'], maxSockets: 1 } });
  const open = (): WebSocket => new WebSocket(keyed.webSocketUrl, 'graphql-transport-ws');
  const closeOf = async (socket: WebSocket): Promise<void> => void (await once(socket, 'close'));
  const first = open();
  await once(first, 'open');
  await closeOf(open());
  first.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer wrong' } }));
  await closeOf(first);
  for (const code of [4321, 1000, 1000]) {
    await eventually(() => keyed.app.counts.sockets === 0);
    const socket = open();
    await once(socket, 'open');
    socket.close(code);
    await closeOf(socket);
  }
  await eventually(() => keyed.app.counts.sockets === 0);
  const headers = { authorization: 'Bearer a-key-that-is-long-enough' };
  const { find } = parseExposition(await (await fetch(`${keyed.origin}/metrics`, { headers })).text());
  const codes = ['1013', '4401', 'other', '1000', '4321'];
  const counts = codes.map((code) => find('tickql_socket_closes_total', { code }));
  expect(counts).toEqual([1, 1, 1, 2, undefined]);
});

test('an operation that fails on a socket is counted with its code', async () => {
  const client = connect(app.webSocketUrl);
  const operations = ['{ nope }', 'subscription { tickerUpdated(exchange: "nope", symbol: "A/B") { last } }'];
  for (const query of operations) await subscribe(client, query).ended();
  const { find } = await scrape();
  const invalid = { transport: 'websocket', operation: 'invalid', code: 'BAD_USER_INPUT' };
  const unknown = { transport: 'websocket', operation: 'tickerUpdated', code: 'EXCHANGE_NOT_FOUND' };
  expect(find('tickql_requests_total', invalid)).toBe(1);
  expect(find('tickql_requests_total', unknown)).toBe(1);
  await client.dispose();
});

test('event loop, process and version are reported', async () => {
  const { find, samples } = await scrape();
  for (const statistic of ['p50', 'p99', 'max']) {
    expect(find('tickql_event_loop_lag_seconds', { statistic })).toBeGreaterThanOrEqual(0);
  }
  expect(find('process_resident_memory_bytes')).toBeGreaterThan(10e6);
  expect(find('process_cpu_user_seconds_total')).toBeGreaterThan(0);
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(samples.find(({ name }) => name === 'tickql_build_info')?.labels).toEqual({ version, node: process.version });
});

test('a blocked event loop is reported as lag', async () => {
  await scrape();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const until = performance.now() + 100;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await scrape()).find('tickql_event_loop_lag_seconds', { statistic: 'max' })).toBeGreaterThan(0.05);
});

test('only GET and HEAD are allowed, and the answer must not be cached', async () => {
  const url = `${app.origin}/metrics`;
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect(head.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(head.headers.get('cache-control')).toBe('no-store');
  const post = await fetch(url, { method: 'POST' });
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('if API keys are set, one is required', async () => {
  const key = 'a-key-that-is-long-enough';
  await using locked = await startServer({ config: { apiKeys: [key] } });
  const answers = await Promise.all(
    [{}, { authorization: 'Bearer wrong' }, { authorization: `Bearer ${key}` }].map((headers) =>
      fetch(`${locked.origin}/metrics`, { headers }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
  // A request that is rejected before it is read is counted with its code.
  await locked.post('{ exchanges { id } }');
  const scraped = await fetch(`${locked.origin}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  expect(await scraped.text()).toMatch(/^tickql_requests_total\{.*operation="invalid",code="UNAUTHENTICATED"\} 1$/m);
});

test('names and types follow the conventions of Prometheus, and every metric has a help text', async () => {
  await app.post(ticker);
  const { metrics, samples } = await scrape();
  for (const [name, { type, help }] of metrics) {
    expect(help).toMatch(/\.$|always 1\.$/);
    if (name.startsWith('tickql_')) expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
  }
  const families = new Set(samples.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
  for (const family of families) expect(metrics.has(family)).toBe(true);
});
