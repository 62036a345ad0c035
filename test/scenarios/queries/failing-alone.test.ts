import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GraphQLAnswer } from '../../support/server/running-server.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, subscribe } from '../../support/socket-client.ts';

let running: AppServer;

beforeAll(async () => {
  // Nobody listens there.
  const kraken = { urls: { api: { public: 'http://127.0.0.1:1' } }, rateLimit: 1 };
  running = await startServer({ config: { exchanges: ['kraken', 'sim'], exchangeOptions: { kraken } } });
});

afterAll(() => running.stop());

type Told = Pick<GraphQLAnswer, 'data' | 'errors'>;

async function get(query: string): Promise<Told & { readonly caching: string | null; readonly etag: string | null }> {
  const response = await fetch(`${running.url}?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'application/json' },
  });
  const { data, errors = [] } = await response.json();
  return { data, errors, caching: response.headers.get('cache-control'), etag: response.headers.get('etag') };
}

async function overSocket(query: string): Promise<Told> {
  const client = connect(running.webSocketUrl);
  const operation = subscribe(client, query);
  await operation.ended();
  await client.dispose();
  return JSON.parse(JSON.stringify(operation.results[0]));
}

/** What a query is answered over each way, several times: from the second on it is compiled. */
async function answers(query: string): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (let time = 1; time <= 4; time++)
    told.push(await running.query(query), await get(query), await overSocket(query));
  return told;
}

describe('an unknown id', () => {
  const query = '{ all: exchanges(ids: ["sim", "krakn", "kraken", "krakn"]) { id simulated } }';

  test('is left out, with its own error, however it is requested', async () => {
    for (const { data, errors } of await answers(query)) {
      expect(data).toEqual({
        all: [
          { id: 'sim', simulated: true },
          { id: 'kraken', simulated: false },
        ],
      });
      expect(errors).toMatchObject([
        {
          path: ['all'],
          message: expect.stringContaining('did you mean kraken?'),
          extensions: { code: 'EXCHANGE_NOT_FOUND', exchange: 'krakn', suggestions: ['kraken'], retryable: false },
        },
      ]);
    }
  });

  test('has an error with its location in the document', async () => {
    for (const { errors } of await answers(`\n${query}`)) {
      expect(errors).toMatchObject([{ locations: [{ line: 2, column: 3 }] }]);
    }
  });

  test('leaves an empty list if there is no other id', async () => {
    const { data, errors } = await running.query('{ exchanges(ids: ["nope", "neither"]) { id } }');
    expect(data).toEqual({ exchanges: [] });
    expect(errors.map(({ extensions }) => extensions.exchange)).toEqual(['nope', 'neither']);
  });

  test('makes an answer that is not kept', async () => {
    for (let time = 1; time <= 3; time++) expect(await get(query)).toMatchObject({ caching: 'no-store', etag: null });
    const known = await get('{ exchanges(ids: ["sim"]) { id } }');
    expect(known.etag).not.toBeNull();
  });

  test('appears only in the errors of its own operation', async () => {
    await running.query(query);
    expect((await running.query('{ exchanges(ids: ["sim"]) { id } }')).errors).toEqual([]);
  });
});

test('an exchange whose markets cannot be loaded fails alone', async () => {
  const query = '{ exchanges { id markets(first: 1) { totalCount } } }';
  for (const { data, errors } of await answers(query)) {
    expect(data).toEqual({
      exchanges: [
        { id: 'kraken', markets: null },
        { id: 'sim', markets: { totalCount: 26 } },
      ],
    });
    expect(errors).toMatchObject([
      { path: ['exchanges', 0, 'markets'], extensions: { code: 'EXCHANGE_UNAVAILABLE', exchange: 'kraken' } },
    ]);
  }
});

test('more than 1000 ids are refused', async () => {
  const query = 'query ($ids: [ID!]) { exchanges(ids: $ids) { id } }';
  const { errors } = await running.query(query, { ids: Array(1001).fill('sim') });
  expect(errors).toMatchObject([
    { message: 'ids has 1001 entries; it may have at most 1000.', extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});
