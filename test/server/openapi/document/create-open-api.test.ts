import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../../../../src/graphql/json-schema/json-schema.ts';
import { schema } from '../../../../src/graphql/schema/schema.ts';
import { createOpenApi } from '../../../../src/server/openapi/document/create-open-api.ts';
import type { Operation, Parameter } from '../../../../src/server/openapi/document/open-api.ts';

const document = createOpenApi({ schema, version: '1', requiresKey: false });

const operations = Object.values(document.paths).flatMap(({ get, post }) => [get ?? [], post ?? []].flat());

function find(id: string): Operation {
  const operation = operations.find(({ operationId }) => operationId === id);
  if (!operation) throw new Error(`there is no operation ${id}`);
  return operation;
}

function parameterOf(id: string, name: string): Parameter {
  const parameter = find(id).parameters.find((each) => 'name' in each && each.name === name);
  if (!parameter || !('name' in parameter)) throw new Error(`${id} has no parameter ${name}`);
  return parameter;
}

/** Everything in the document that is a number by its type. */
function numbersIn(value: unknown): readonly JsonSchema[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(numbersIn);
  const types = 'type' in value ? [value.type].flat() : [];
  return types.includes('integer') || types.includes('number') ? [value, ...inside] : inside;
}

/** Everything to which the document refers. */
function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' && typeof member === 'string' ? [member] : referencesIn(member),
  );
}

test('the ids of operations stay: clients that were generated have functions with these names', () => {
  expect(operations.map(({ operationId }) => operationId)).toEqual([
    'getTicker',
    'getTickers',
    'getCandles',
    'getOrderBook',
    'getTrades',
    'getMarkets',
    'getMarket',
    'getExchanges',
    'getExchange',
    'getFundingRate',
    'getFundingRates',
    'getFundingRateHistory',
    'getOpenInterest',
    'getOpenInterestHistory',
    'getQuote',
    'getScreen',
    'postHistorical',
    'streamTicker',
    'streamTickers',
    'streamCandles',
    'streamOrderBook',
    'streamTrades',
  ]);
});

test('the names of objects stay: clients that were generated have types with these names', () => {
  expect(Object.keys(document.components.schemas)).toEqual([
    'Candle',
    'Exchange',
    'ExchangeQuote',
    'FundingPayment',
    'FundingRate',
    'Market',
    'MarketConnection',
    'MarketLimits',
    'MinMax',
    'OpenInterest',
    'OrderBook',
    'PageInfo',
    'PriceLevel',
    'Quote',
    'QuoteSide',
    'Ticker',
    'Trade',
    'Problem',
  ]);
});

test('every number has the width that code generators need', () => {
  const numbers = numbersIn(document);
  expect(numbers.length).toBeGreaterThan(80);
  const widthsOf = ({ type, maximum = 0 }: JsonSchema) =>
    [type].flat().includes('number') ? ['double'] : maximum < 2 ** 31 ? ['int32', 'int64'] : ['int64'];
  expect(numbers.filter((each) => !widthsOf(each).includes(each.format ?? ''))).toEqual([]);
});

test('every reference leads somewhere, and nothing is described in vain', () => {
  const { schemas, responses, headers, parameters } = document.components;
  const names = Object.entries({ schemas, responses, headers, parameters }).flatMap(([kind, members]) =>
    Object.keys(members).map((name) => `#/components/${kind}/${name}`),
  );
  expect([...new Set(referencesIn(document))].sort()).toEqual(names.sort());
});

test('every operation has a tag that the document describes', () => {
  const known = document.tags.map(({ name }) => name);
  const used = new Set(operations.flatMap(({ tags }) => tags));
  expect([...used].sort()).toEqual([...known].sort());
  expect(Object.fromEntries(operations.map(({ operationId, tags }) => [operationId, tags.join()]))).toMatchObject({
    getTicker: 'Prices',
    getScreen: 'Prices',
    getCandles: 'Candles',
    postHistorical: 'Candles',
    getOrderBook: 'Orders and trades',
    getOpenInterest: 'Derivatives',
    getFundingRates: 'Derivatives',
    getMarket: 'Exchanges and markets',
    getExchange: 'Exchanges and markets',
    streamTrades: 'Streams',
  });
});

test('a key is a choice without API_KEYS, and required with them', () => {
  const security = (requiresKey: boolean) => createOpenApi({ schema, version: '1', requiresKey }).security;
  expect([security(false), security(true)]).toEqual([[{}, { apiKey: [] }], [{ apiKey: [] }]]);
  expect(document.components.securitySchemes.apiKey).toMatchObject({ type: 'http', scheme: 'bearer' });
});

describe('parameters', () => {
  test.each([
    ['getCandles', 'limit', { type: 'integer', minimum: 1, maximum: 1_000_000, default: 100 }],
    ['getTrades', 'limit', { type: 'integer', minimum: 1, maximum: 1000, default: 50 }],
    ['getMarkets', 'first', { type: 'integer', minimum: 0, maximum: 1000, default: 50 }],
    ['getTickers', 'symbols', { type: 'array', minItems: 1, maxItems: 1000 }],
    ['getQuote', 'exchanges', { type: 'array', minItems: 1, maxItems: 200 }],
    ['getScreen', 'quote', { type: 'string', pattern: String.raw`\S` }],
    ['getScreen', 'order', { enum: ['ASC', 'DESC'], default: 'DESC' }],
    ['getOpenInterestHistory', 'timeframe', { type: 'string', default: '1h', pattern: expect.any(String) }],
    ['streamTickers', 'skipUnknown', { type: 'boolean', default: false }],
    ['getTrades', 'since', { type: 'string', pattern: expect.any(String), examples: [expect.any(String)] }],
  ])('%s: %s has its type, default and bounds', (id, name, expected) => {
    expect(parameterOf(id, name).schema).toMatchObject(expected);
  });

  test('a list is written with commas, also where it is optional and may be empty', () => {
    expect(parameterOf('getTickers', 'symbols')).toMatchObject({ required: true, style: 'form', explode: false });
    const has = parameterOf('getExchanges', 'has');
    expect(has).toMatchObject({ required: false, style: 'form', explode: false });
    expect(has.schema.minItems).toBeUndefined();
  });

  test('format has no default, which would override the Accept header of clients that send defaults', () => {
    expect(parameterOf('getCandles', 'format').schema).toEqual({ type: 'string', enum: ['json', 'csv'] });
    expect(parameterOf('postHistorical', 'format').required).toBe(false);
  });

  test.each([
    ['2026-01-31', true],
    ['2026-01-31T12:00:00Z', true],
    ['2026-01-31T12:00:00.123456+05:30', true],
    ['1769860800000', true],
    ['0', true],
    ['1769860800', false],
    ['2026-13-01', false],
    ['2026-01-31T24:00:00Z', false],
    ['2026-01-31T12:00:00', false],
    ['yesterday', false],
  ])('the text %s is a time: %s', (text, isValid) => {
    expect(new RegExp(parameterOf('getCandles', 'since').schema.pattern ?? '').test(text)).toBe(isValid);
  });

  test('no optional parameter of the old path is required, and each can be null', () => {
    const body = find('postHistorical').requestBody?.content['application/json']?.schema;
    expect(body?.required).toEqual(['exchange', 'symbol']);
    const { exchange, limit, since, timeframe, until } = body?.properties ?? {};
    expect(exchange?.type).toBe('string');
    expect([limit?.type, timeframe?.type]).toEqual([
      ['integer', 'null'],
      ['string', 'null'],
    ]);
    expect([since?.anyOf?.at(-1), until?.anyOf?.at(-1)]).toEqual([{ type: 'null' }, { type: 'null' }]);
    expect(limit?.maximum).toBe(1_000_000);
  });
});

describe('answers', () => {
  const bodyOf = (id: string) => {
    const answer = find(id).responses[200];
    return answer && 'content' in answer ? answer.content?.['application/json']?.schema : undefined;
  };

  test('that are about one value are that value, and never null', () => {
    expect(bodyOf('getTicker')).toEqual({ $ref: '#/components/schemas/Ticker' });
    expect(bodyOf('getTrades')).toEqual({ type: 'array', items: { $ref: '#/components/schemas/Trade' } });
  });

  test('in which parts can fail have these parts and their errors', () => {
    expect(bodyOf('getTickers')).toMatchObject({
      properties: {
        tickers: { items: { anyOf: [{ $ref: '#/components/schemas/Ticker' }, { type: 'null' }] } },
        errors: { items: { $ref: '#/components/schemas/Problem' } },
      },
      required: ['tickers', 'errors'],
    });
  });

  test('to GET can be 304 with the headers of caches; candles can be a file', () => {
    expect(find('getTicker').responses[304]).toMatchObject({ headers: { ETag: {}, 'Cache-Control': {} } });
    expect(Object.keys(find('postHistorical').responses)).not.toContain('304');
    expect(find('getTicker').responses[200]).toMatchObject({ headers: { ETag: {}, 'Cache-Control': {} } });
    for (const id of ['getCandles', 'postHistorical']) {
      const file = { headers: { 'Content-Disposition': {} }, content: { 'text/csv': { schema: { type: 'string' } } } };
      expect(find(id).responses[200]).toMatchObject(file);
    }
  });
});

test('every body of an answer or an error has an example', () => {
  const { responses } = document.components;
  const bodies = [
    ...operations.flatMap((each) => Object.entries(each.responses)),
    ...Object.entries(responses),
  ].flatMap(([name, response]) =>
    ('content' in response ? Object.entries(response.content ?? {}) : []).map(
      ([mediaType, body]) => [name, mediaType, body.example !== undefined] as const,
    ),
  );
  expect(bodies.length).toBeGreaterThan(30);
  expect(bodies.filter(([, , hasExample]) => !hasExample)).toEqual([]);
});

test('examples are values of the types of their parameters', () => {
  expect(parameterOf('getTickers', 'symbols').example).toEqual(['BTC/USDT', 'ETH/USDT']);
  expect(parameterOf('getTrades', 'limit').example).toBe(3);
  expect(parameterOf('getCandles', 'timeframe').example).toBe('1h');
});

test('streams say what their events contain, and where clients continue', () => {
  for (const id of ['streamCandles', 'streamTrades']) {
    expect(find(id).parameters).toContainEqual({ $ref: '#/components/parameters/LastEventId' });
  }
  for (const { operationId, parameters, responses } of operations.filter(({ tags }) => tags.includes('Streams'))) {
    const answer = responses[200];
    const content = answer && 'content' in answer ? answer.content?.['text/event-stream'] : undefined;
    expect([operationId, content?.['x-problem-event-data']]).toEqual([
      operationId,
      { $ref: '#/components/schemas/Problem' },
    ]);
    expect(parameters).not.toContainEqual({ $ref: '#/components/parameters/IfNoneMatch' });
  }
  expect(find('streamTicker').parameters).not.toContainEqual({ $ref: '#/components/parameters/LastEventId' });
});

test('the server is relative to the document, so that a prefix of a proxy stays', () => {
  const [server] = document.servers;
  const resolve = (address: string) => new URL(server?.url ?? '', address).href;
  expect(resolve('http://localhost:4000/api/openapi.json')).toBe('http://localhost:4000/');
  expect(resolve('https://example.com/market/data/api/openapi.json')).toBe('https://example.com/market/data/');
});
