import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { inRestWords } from '../../../src/server/rest/messages/in-rest-words.ts';
import { createResources } from '../../../src/server/rest/resources.ts';
import { type AppServer, startServer } from '../../support/server.ts';

// For any arguments, REST gives byte for byte the value that GraphQL gives to the same field with the same selection.

const symbols = ['BTC/USDT', 'ETH/USDT', 'BTC/USDT:USDT', 'SOL/USDT'];
const start = Date.UTC(2025, 0, 1);

const common = { exchange: fc.constant('sim'), symbol: fc.constantFrom(...symbols) };
const limit = fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined });
const since = fc.option(fc.integer({ min: 0, max: 300 * 24 }), { nil: undefined });

/** Resources whose values do not change while the test runs, with arguments for them. */
const cases: Readonly<Record<string, fc.Arbitrary<Readonly<Record<string, unknown>>>>> = {
  getCandles: fc
    .record({
      ...common,
      timeframe: fc.constantFrom('1h', '4h', '7m', '1d'),
      limit,
      hours: fc.integer({ min: 0, max: 5000 }),
    })
    .map(({ hours, ...values }) => ({ ...values, since: start + hours * 3_600_000 })),
  getFundingRateHistory: fc
    .record({ exchange: fc.constant('sim'), symbol: fc.constant('BTC/USDT:USDT'), limit, hours: since })
    .map(({ hours, ...values }) => ({ ...values, since: start + (hours ?? 0) * 3_600_000 })),
  getMarket: fc.record(common),
  getMarkets: fc.record({
    exchange: fc.constant('sim'),
    first: limit,
    search: fc.option(fc.constantFrom('btc', 'usdt', 'eth-usdt'), { nil: undefined }),
    active: fc.option(fc.boolean(), { nil: undefined }),
    type: fc.option(fc.constantFrom('SPOT', 'SWAP'), { nil: undefined }),
  }),
  getExchange: fc.record({ exchange: fc.constantFrom('sim', 'kraken', 'none') }),
};

let server: AppServer;

beforeAll(async () => {
  server = await startServer({ config: { exchanges: ['sim', 'kraken'] } });
});

afterAll(() => server.stop());

test.each(Object.entries(cases))('%s', async (operationId, values) => {
  const resource = createResources(schema).find((each) => each.operationId === operationId);
  if (!resource) throw new Error(`there is no ${operationId}`);
  const { path, query } = resource;
  const check = async (given: Readonly<Record<string, unknown>>): Promise<void> => {
    const inPath = new Set([...path.matchAll(/[:*](\w+)/g)].map(([, name]) => name));
    const target = path.replaceAll(/[:*](\w+)/g, (_, name: string) => encodeURIComponent(`${given[name]}`));
    const others = Object.entries(given).filter(([name, value]) => !inPath.has(name) && value !== undefined);
    const search = new URLSearchParams(others.map(([name, value]) => [name, `${value}`]));
    const rest = await server.send({ path: `${target}?${search}` });
    const body = JSON.stringify({ query: query.document, variables: given });
    const headers = { 'content-type': 'application/json' };
    const { text } = await server.send({ method: 'POST', path: '/graphql', headers, body });
    const [before, after] = [
      `{"data":{${query.path.map((name) => `"${name}":`).join('{')}`,
      '}'.repeat(1 + query.path.length),
    ];
    if (rest.status === 200) expect(`${before}${rest.text}${after}`).toBe(text);
    else {
      const { errors } = JSON.parse(text);
      expect(JSON.parse(rest.text)).toMatchObject({ detail: inRestWords(errors[0]), code: errors[0].extensions.code });
    }
  };
  await fc.assert(fc.asyncProperty(values, check), { numRuns: 40 });
});
