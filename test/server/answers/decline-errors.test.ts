import { afterAll, beforeAll, expect, test } from 'vitest';
import { type WiredApp, wireApp } from '../../../src/app/create-app.ts';
import { type DeclinedQuery, findDeclineErrors } from '../../../src/server/answers/decline-errors.ts';
import { toTestConfig } from '../../support/server/app-server.ts';
import { CapturedLog } from '../../support/server/captured-log.ts';
import { type AppServer, startServer } from '../../support/server.ts';

const config = { introspection: false, maxQueryCost: 1000, maxQueryDepth: 4 };

let server: AppServer;
let wired: WiredApp;

beforeAll(async () => {
  server = await startServer({ config });
  wired = wireApp({ config: toTestConfig(config), log: new CapturedLog('silent').logger });
});

afterAll(async () => {
  await server.stop();
  await wired.app.stop({ atOnce: true });
});

const two = 'query A { exchanges { id } } query B { exchanges { name } }';
const one = 'query One($symbol: String!) { ticker(exchange: "sim", symbol: $symbol) { last } }';
const nested = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`);

test.each<readonly [string, string, Partial<DeclinedQuery>]>([
  ['a syntax error', '{ exchanges {', {}],
  ['an unknown field', '{ exchanges { ids } }', {}],
  ['introspection, if it is off', '{ __schema { queryType { name } } }', {}],
  ['a mutation', 'mutation { none }', {}],
  ['too much depth', '{ exchange(id: "sim") { markets { nodes { exchange { markets { totalCount } } } } } }', {}],
  ['too high a cost', '{ candles(exchange: "sim", symbol: "BTC/USDT", limit: 5000) { open } }', {}],
  ['a missing variable', one, {}],
  ['a variable of another type', one, { variables: { symbol: { name: 1 } } }],
  [
    'an unknown enum value',
    'query S($t: MarketType) { screen(exchange: "sim", type: $t, first: 1) { last } }',
    { variables: { t: 'SPOTS' } },
  ],
  ['variables that are nested too deeply', one, { variables: { symbol: nested } }],
])('%s has the errors that GraphQL over HTTP has', async (_case, query, given) => {
  const request = { query, operationName: null, variables: null, ...given };
  const { status, text } = await server.send({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const errors = await findDeclineErrors(wired.engine, request);
  expect(JSON.parse(JSON.stringify(errors))).toEqual(JSON.parse(text).errors);
  expect(status).toBeLessThan(500);
  expect(errors.length).toBeGreaterThan(0);
});

// Yoga says only that it could not determine the operation.
test.each([
  [null, 'Must provide operation name if query contains multiple operations.'],
  ['C', 'Unknown operation named "C".'],
])('with several operations and the name %s, the error says what is missing', async (operationName, message) => {
  const errors = await findDeclineErrors(wired.engine, { query: two, operationName, variables: null });
  expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT', retryable: false } }]);
});
