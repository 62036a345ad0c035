import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { createOpenApi } from '../../../src/server/openapi/document/create-open-api.ts';
import type { Operation, Parameter } from '../../../src/server/openapi/document/open-api.ts';
import { toComponentName } from '../../../src/server/openapi/page/type-text.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { DescribedAnswers, type GivenAnswer } from './described-answer.ts';
import { argumentsOf, type Values, valuesOf } from './random-arguments.ts';

// A client that knows nothing but the document sends random requests that the document allows.

const document = createOpenApi({ schema, version: '1', requiresKey: false });
const answers = new DescribedAnswers(document);

let server: AppServer;

beforeAll(async () => {
  server = await startServer({ config: { exchanges: ['sim'] } });
});

afterAll(() => server.stop());

/** Texts that lead further than random ones. */
const choices: Values = {
  exchange: ['sim', 'sim', 'sim', 'krakn'],
  exchanges: [['sim'], ['sim', 'krakn'], ['none']],
  symbol: ['BTC/USDT', 'ETH-USDT', 'BTC/USDT:USDT', 'BTC-USDT:USDT', 'NO/NE'],
  symbols: [['BTC/USDT'], ['BTC/USDT', 'NO-NE'], ['BTC/USDT:USDT', 'ETH/USDT:USDT'], ['NO/NE']],
  timeframe: ['1m', '1h', '1d', '7m', '1M', '99999y'],
  // Only a page gives cursors.
  after: ['QlRDL1VTRFQ'],
  quote: ['USDT', 'usdt', 'X'],
};

function parametersOf({ parameters }: Operation): readonly Parameter[] {
  return parameters.flatMap((parameter) => {
    if (!('$ref' in parameter)) return parameter.in === 'header' ? [] : [parameter];
    expect(document.components.parameters[toComponentName(parameter.$ref)]?.in).toBe('header');
    return [];
  });
}

/** The request as the document says that parameters are written. */
function toUrl(path: string, parameters: readonly Parameter[], values: Values): string {
  const text = (value: unknown): string => (Array.isArray(value) ? value : [value]).map(encode).join(',');
  const filled = path.replace(/\{(\w+)\}/g, (_match, name: string) => text(values[name]));
  const given = parameters.filter(({ in: place, name }) => place === 'query' && values[name] !== undefined);
  return `${filled}?${given.map(({ name }) => `${name}=${text(values[name])}`).join('&')}`;
}

function encode(value: unknown): string {
  return encodeURIComponent(String(value));
}

/** Reasons for 400 that no schema of a single parameter can say; descriptions say them. */
const unsayable = [
  /must be before|is not before|after until|since .* until/,
  /^limit is \d{5,}; it must be from 1 to 10000|with more than 10000 candles, since must say/,
  /is not a valid date-time/, // such as February 30
];

function expectDescribed(operation: Operation, url: string, answer: GivenAnswer): void {
  expect([url, answers.findFaults(operation, answer)]).toEqual([url, []]);
  if (answer.status !== 400) return;
  const { detail } = JSON.parse(answer.text);
  expect([url, unsayable.some((reason) => reason.test(detail)) ? null : detail]).toEqual([url, null]);
}

const gets = Object.entries(document.paths).flatMap(([path, { get }]) =>
  get && !path.startsWith('/api/stream/') ? [[path, get] as const] : [],
);

test.each(gets)('%s answers every request that the document allows as it says', (path, get) => {
  const parameters = parametersOf(get);
  const property = fc.asyncProperty(argumentsOf(parameters, choices), async (values) => {
    const url = toUrl(path, parameters, values);
    expectDescribed(get, url, await server.send({ path: url }));
  });
  return fc.assert(property, { numRuns: 25 });
});

test('POST /api/historical answers every body that the document allows as it says', () => {
  const post = document.paths['/api/historical']?.post;
  const { properties = {}, required = [] } = post?.requestBody?.content['application/json']?.schema ?? {};
  if (!post) throw new Error('the document has no POST /api/historical');
  const members = Object.entries(properties).map(([name, schema]) => {
    const values = Array.isArray(choices[name]) ? fc.constantFrom(...choices[name]) : valuesOf(schema);
    return [name, required.includes(name) ? values : fc.option(values, { nil: undefined })] as const;
  });
  const headers = { 'content-type': 'application/json' };
  const property = fc.asyncProperty(fc.record(Object.fromEntries(members)), async (values) => {
    const body = JSON.stringify(values);
    expectDescribed(post, body, await server.send({ method: 'POST', path: '/api/historical', headers, body }));
  });
  return fc.assert(property, { numRuns: 40 });
});
