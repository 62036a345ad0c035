import { InMemoryCache as ApolloCache4, gql as gql4 } from '@apollo/client';
import { Client, fetchExchange, gql as gqlOfUrql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { InMemoryCache as ApolloCache3, gql as gql3 } from 'apollo-client-3/core/index.js';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ManyMarkets, selectAll, startManyMarkets } from './many-markets.ts';

// What a normalising cache gives back is what the server said: no entry of one market, type, exchange or depth is another's.

let server: ManyMarkets;

beforeAll(async () => {
  server = await startManyMarkets();
});

afterAll(() => server.stop());

const possibleTypes = { Node: ['Exchange', 'Market', 'OrderBook', 'Ticker'] };

test('Apollo 4', async () => {
  const cache = new ApolloCache4({ possibleTypes });
  const query = gql4(selectAll());
  const data = await server.ask(selectAll());
  cache.writeQuery({ query, data });
  expect(cache.readQuery({ query })).toEqual(data);
  expect(Object.keys(cache.extract())).toContain('Trade:Trade:kraken:BTC/USDT:1');
});

test('Apollo 3', async () => {
  const cache = new ApolloCache3({ possibleTypes });
  const query = gql3(selectAll());
  const data = await server.ask(selectAll());
  cache.writeQuery({ query, data });
  expect(cache.readQuery({ query })).toEqual(data);
});

test.each([true, false])('graphcache, with the schema: %s', async (withSchema) => {
  const introspection = await server.ask(getIntrospectionQuery());
  const warnings: unknown[] = [];
  const client = new Client({
    url: server.url,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        ...(withSchema ? { schema: introspection } : { possibleTypes }),
        keys: { PriceLevel: () => null, MarketConnection: () => null, PageInfo: () => null },
        logger: (_severity, message) => warnings.push(message),
      }),
      fetchExchange,
    ],
  });
  const query = gqlOfUrql(selectAll());
  const { data } = await client.query(query, {}, { requestPolicy: 'network-only' });
  const kept = await client.query(query, {}, { requestPolicy: 'cache-only' });
  expect(kept.error).toBeUndefined();
  expect(kept.data).toEqual(await server.ask(selectAll()));
  expect(data).toEqual(kept.data);
  expect(warnings).toEqual([]);
});
