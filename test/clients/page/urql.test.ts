import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, gql } from '@urql/core';
import { buildSchema, isObjectType } from 'graphql';
import { afterEach, beforeAll, beforeEach, expect, type MockInstance, test, vi } from 'vitest';
import { readPageFile } from '../../support/page-code.ts';
import { eventually } from '../../support/socket-client.ts';
import { usePageServer } from './page-server.ts';

const server = usePageServer(({ url }) => ({
  'urql.ts': { 'http://localhost:4000/graphql': url },
  'introspection.mjs': {},
}));

let warnings: MockInstance;

beforeAll(() => {
  const { path } = server().folder;
  copyFileSync(new URL('../../../schema.graphql', import.meta.url), join(path, 'schema.graphql'));
  execFileSync(process.execPath, ['introspection.mjs'], { cwd: path });
});

beforeEach(() => {
  warnings = vi.spyOn(console, 'warn');
});

afterEach(() => warnings.mockRestore());

async function load(): Promise<Client> {
  const { urql }: { readonly urql: Client } = await import(`${server().folder.path}/urql.ts`);
  return urql;
}

test('the keys name every type without an id, and no other', () => {
  const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
  const roots = [schema.getQueryType(), schema.getSubscriptionType()];
  const withoutId = Object.values(schema.getTypeMap()).flatMap((type) => {
    const isData = isObjectType(type) && !type.name.startsWith('__') && !roots.includes(type);
    return isData && !type.getFields().id ? [type.name] : [];
  });
  const keys = [...readPageFile('urql.ts').matchAll(/(\w+): \(\) => null/g)].map(([, name]) => name);
  expect(keys).toEqual(withoutId.sort());
});

test('an answer of types without ids is kept whole, and partial ones have their errors beside', async () => {
  const urql = await load();
  const document = gql`
    {
      exchange(id: "sim") { id markets(first: 2) { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage } } }
      candles(exchange: "sim", symbol: "BTC/USDT", timeframe: "1h", limit: 2) { timestamp close }
      ohlcv(exchange: "sim", symbol: "BTC/USDT", timeframe: "1h", limit: 2)
      orderBook(exchange: "sim", symbol: "BTC/USDT", limit: 2) { id bids { price amount } }
      tickers(exchange: "sim", symbols: ["BTC/USDT", "NO/SUCH"]) { id last }
    }
  `;
  const { data, error } = await urql.query(document, {}).toPromise();
  expect(error?.graphQLErrors).toEqual([expect.objectContaining({ path: ['tickers', 1] })]);
  expect(data.tickers).toEqual([expect.objectContaining({ last: expect.any(Number) }), null]);
  const cached = await urql.query(document, {}, { requestPolicy: 'cache-only' }).toPromise();
  for (const field of ['candles', 'exchange', 'ohlcv', 'orderBook']) expect(cached.data[field]).toEqual(data[field]);
  expect(warnings.mock.calls).toEqual([]);
});

test('a subscription comes over the WebSocket, and its tickers update what was queried', async () => {
  const urql = await load();
  const ticker = gql`{ ticker(exchange: "sim", symbol: "BTC/USDT") { id last receivedAt } }`;
  const live = gql`
    subscription ($symbol: String!) { tickerUpdated(exchange: "sim", symbol: $symbol) { id last receivedAt } }
  `;
  const seen: number[] = [];
  const query = urql.query(ticker, {}).subscribe(({ data }) => seen.push(data.ticker.receivedAt));
  await eventually(() => seen.length === 1);
  const subscription = urql.subscription(live, { symbol: 'BTC/USDT' }).subscribe(() => {});
  await eventually(() => seen.length > 2);
  expect(server().running.app.counts).toMatchObject({ sockets: 1, operations: 1 });
  subscription.unsubscribe();
  query.unsubscribe();
  await eventually(() => server().running.app.counts.operations === 0);
  expect(warnings.mock.calls).toEqual([]);
});
