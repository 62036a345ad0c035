import { type Client, createClient, NetworkError } from 'graphql-sse';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppServer, startServer } from '../support/server.ts';
import { eventually } from '../support/socket-client.ts';

const live = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';

let server: AppServer;
let client: Client<boolean>;

beforeEach(async () => {
  server = await startServer();
});

afterEach(async () => {
  client.dispose();
  await server.stop();
});

function connect(singleConnection: boolean): void {
  client = createClient({ url: server.url, singleConnection, retryAttempts: 0 });
}

/** What a subscription ends with: its error, or null. */
function end(query: string): Promise<unknown> {
  return new Promise((resolve) => {
    client.subscribe({ query }, { next: () => {}, error: resolve, complete: () => resolve(null) });
  });
}

/** What the answer says that an error of the client carries. */
async function readRefusal(error: unknown): Promise<unknown> {
  if (!(error instanceof NetworkError) || !(error.response instanceof Response)) throw new Error(`${error}`);
  return [error.response.status, (await error.response.json()).errors[0]];
}

test('a subscription runs, and ends with its client', async () => {
  connect(false);
  const values: unknown[] = [];
  const stop = client.subscribe(
    { query: live },
    { next: ({ data }) => values.push(data?.tickerUpdated), error: () => {}, complete: () => {} },
  );
  await eventually(() => values.length >= 2);
  expect(values[0]).toEqual({ last: expect.any(Number) });
  stop();
  await eventually(() => server.app.counts.operations === 0);
});

test.each([
  ['no document', 'subscription {', 400, 'BAD_USER_INPUT', 'Syntax Error'],
  ['an unknown field', 'subscription { nope }', 400, 'BAD_USER_INPUT', 'Cannot query field'],
  ['an unknown exchange', live.replace('sim', 'nowhere'), 400, 'EXCHANGE_NOT_FOUND', 'There is no exchange "nowhere"'],
])(
  'a subscription that is refused for %s is an error with its status and sentence',
  async (_what, query, status, code, sentence) => {
    connect(false);
    expect(await readRefusal(await end(query))).toEqual([
      status,
      expect.objectContaining({
        message: expect.stringContaining(sentence),
        extensions: expect.objectContaining({ code, retryable: false }),
      }),
    ]);
  },
);

test('a query that is refused in one field only still has its data', async () => {
  connect(false);
  const results: unknown[] = [];
  for await (const result of client.iterate({
    query: '{ exchange(id: "sim") { id } ticker(exchange: "nowhere", symbol: "x") { last } }',
  }))
    results.push(result);
  expect(results).toMatchObject([
    { data: { exchange: { id: 'sim' }, ticker: null }, errors: [{ extensions: { code: 'EXCHANGE_NOT_FOUND' } }] },
  ]);
});

test('the single connection mode is refused with what is right', async () => {
  connect(true);
  // All that the client shows: it drops the body.
  expect(`${await end(live)}`).toBe(
    'NetworkError: Server responded with 405: Single connection mode is not supported, use singleConnection: false',
  );
});
