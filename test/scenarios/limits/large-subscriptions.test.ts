import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMemoryLimits } from '../../support/fakes/limits.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';

let clock: ManualClock;
let server: FakeServer;

beforeEach(async () => {
  // Room for two of these, and for three never.
  clock = new ManualClock();
  server = await startServer({ fake: { subscriptionMemory: createMemoryLimits(800_000), socketClock: clock } });
  server.marketData.set('BTC/USD', { last: 1 });
});

afterEach(() => server.stop());

const fields = ['last', 'bid', 'ask', 'open', 'high', 'low', 'close', 'vwap', 'change', 'average', 'symbol', 'stale'];
const wide = Array.from({ length: 48 }, () => fields.join(' ')).join(' ');
const large = (name: string): string =>
  `subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USD") { ${name}: last ${wide} } }`;

const refusal = {
  message:
    "The open subscriptions of your address would keep more than the maximum of 0.8 MB of this server's memory: end some first, and send one short document with variables instead of many documents.",
  extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true },
};

/** Opens a subscription over server-sent events; resolves with its status, what came of it at first and how to leave. */
function listen(query: string): Promise<{ status: number; text: string; leave: () => void }> {
  return new Promise((resolve, reject) => {
    const asking = request(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    });
    asking.on('error', reject);
    asking.on('response', (response) => {
      response.on('error', () => {});
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
        const status = response.statusCode ?? 0;
        if (text.includes(status === 200 ? 'data:' : '}]}')) resolve({ status, text, leave: () => asking.destroy() });
      });
    });
    asking.end(JSON.stringify({ query }));
  });
}

/** Lets one that waits for memory wait as long as it may. */
async function waitInVain(): Promise<void> {
  await eventually(() => server.waiting === 1);
  await clock.advance(2000);
}

test('over a socket a subscription over the limit is refused, the others continue, and there is room when one has ended', async () => {
  const client = connect(server.webSocketUrl);
  const [first, second] = ['a', 'b'].map((name) => subscribe(client, large(name)));
  await Promise.all([first?.until(1), second?.until(1)]);
  const third = subscribe(client, large('c'));
  await waitInVain();
  await third.ended();
  expect(third.error).toEqual([refusal]);
  server.marketData.set('BTC/USD', { last: 2 });
  await second?.until(2);
  first?.stop();
  await eventually(() => server.counts.subscriptions === 1);
  const fourth = subscribe(client, large('c'));
  await fourth.until(1);
  expect(fourth.results[0]?.data?.tickerUpdated.c).toBe(2);
  await client.dispose();
  await eventually(() => server.counts.sockets === 0);
  expect(server.memoryBytes).toBe(0);
});

test('equal subscriptions can be open any number of times', async () => {
  const client = connect(server.webSocketUrl);
  const operations = Array.from({ length: 10 }, () => subscribe(client, large('a')));
  await Promise.all(operations.map((operation) => operation.until(1)));
  expect(operations.map(({ error }) => error)).toEqual(operations.map(() => null));
  await client.dispose();
  await eventually(() => server.counts.sockets === 0);
  expect(server.memoryBytes).toBe(0);
});

test('over server-sent events a subscription over the limit is refused with 429, and there is room when one has ended', async () => {
  const [first, second] = await Promise.all([listen(large('a')), listen(large('b'))]);
  expect([first.status, second.status]).toEqual([200, 200]);
  const asking = listen(large('c'));
  await waitInVain();
  const third = await asking;
  expect(third.status).toBe(429);
  expect(third.text).toContain(JSON.stringify(refusal.message));
  expect(third.text).toContain('"code":"TOO_MANY_SUBSCRIPTIONS"');
  first.leave();
  await eventually(() => server.memoryBytes < 500_000);
  const fourth = await listen(large('c'));
  expect(fourth.status).toBe(200);
  for (const { leave } of [second, fourth]) leave();
  await eventually(() => server.memoryBytes === 0);
  expect(server.counts.operations).toBe(0);
});

test('a subscription that is refused for another reason keeps no memory', async () => {
  const client = connect(server.webSocketUrl);
  const wrong = subscribe(client, 'subscription { tickerUpdated(exchange: "nobody", symbol: "BTC/USD") { last } }');
  await wrong.ended();
  expect(wrong.results).toMatchObject([{ errors: [{ extensions: { code: 'EXCHANGE_NOT_FOUND' } }] }]);
  await eventually(() => server.memoryBytes === 0);
  await client.dispose();
});

test('a waiting subscription begins as soon as another has ended, over every protocol', async () => {
  const client = connect(server.webSocketUrl);
  const [first, second] = ['a', 'b'].map((name) => subscribe(client, large(name)));
  await Promise.all([first?.until(1), second?.until(1)]);
  const third = subscribe(client, large('c'));
  await eventually(() => server.waiting === 1);
  first?.stop();
  await third.until(1);
  const asking = listen(large('d'));
  await eventually(() => server.waiting === 1);
  second?.stop();
  const { status, leave } = await asking;
  expect(status).toBe(200);
  leave();
  await client.dispose();
  await eventually(() => server.counts.sockets === 0 && server.memoryBytes === 0);
  expect(server.waiting).toBe(0);
});

test('a waiting subscription that its client abandons leaves nothing behind, over every protocol', async () => {
  const client = connect(server.webSocketUrl);
  const [first, second] = ['a', 'b'].map((name) => subscribe(client, large(name)));
  await Promise.all([first?.until(1), second?.until(1)]);
  const third = subscribe(client, large('c'));
  const abort = new AbortController();
  const asking = fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: large('d') }),
    signal: abort.signal,
  });
  await eventually(() => server.waiting === 2);
  third.stop();
  abort.abort();
  await expect(asking).rejects.toThrow();
  await eventually(() => server.waiting === 0 && server.counts.operations === 2);
  expect(clock.pending).toBeLessThan(5);
  await client.dispose();
  await eventually(() => server.counts.sockets === 0 && server.memoryBytes === 0);
});

test('a subscription that is too large by itself is refused at once as not retryable', async () => {
  const small = await startServer({
    fake: { subscriptionMemory: createMemoryLimits(100_000), socketClock: clock },
  });
  const client = connect(small.url);
  const huge = subscribe(client, large('a'));
  await huge.ended();
  expect(huge.error).toMatchObject([
    {
      message: expect.stringContaining('This subscription alone would keep more than the maximum of 0.1 MB'),
      extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: false },
    },
  ]);
  await client.dispose();
  await small.stop();
});
