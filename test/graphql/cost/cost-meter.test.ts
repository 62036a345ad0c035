import fc from 'fast-check';
import { getIntrospectionQuery, getNamedType, isLeafType, isObjectType, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { CostMeter } from '../../../src/graphql/cost/cost-meter.ts';
import { defaultQueryLimits } from '../../../src/graphql/cost/query-limits.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { MarketDataError } from '../../../src/market/errors.ts';

const unlimited = new CostMeter(schema, Number.POSITIVE_INFINITY).measure;

function costOf(text: string, variableValues: Readonly<Record<string, unknown>> = {}, operationName?: string): number {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return unlimited({ document, variableValues, ...(operationName ? { operationName } : {}) });
}

const of = 'exchange: "kraken", symbol: "BTC/USD"';

/** All fields of a type that take no arguments and no selection set. */
function leavesOf(name: string): string {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new TypeError(name);
  return Object.values(type.getFields())
    .filter((field) => field.args.length === 0 && isLeafType(getNamedType(field.type)))
    .map((field) => field.name)
    .join(' ');
}

test.each([
  ['{ __typename }', 1],
  ['{ exchange(id: "kraken") { id name } }', 3],
  [`{ ticker(${of}) { last bid } }`, 12],
  ['{ tickers(exchange: "kraken", symbols: ["A", "B", "C"]) { last bid } }', 16],
  ['{ tickers(exchange: "kraken", symbols: "A") { last bid } }', 12],
  ['{ tickers(exchange: "kraken", symbols: []) { last bid } }', 10],
  ['{ quote(symbol: "A", exchanges: ["a", "b", "c"]) { median spread } }', 32],
  [
    '{ quote(symbol: "A", exchanges: ["a", "b", "c"]) { bestBid { price } exchanges { ageMs ticker { last bid } } } }',
    47,
  ],
  ['{ quote(symbol: "A", exchanges: []) { exchanges { ageMs } } }', 10],
  ['{ watchlist(markets: [{ exchange: "a", symbol: "A" }, { exchange: "a", symbol: "B" }]) { last } }', 12],
  ['{ watchlist(markets: [{ exchange: "a", symbol: "A" }, { exchange: "b", symbol: "A" }]) { last bid } }', 24],
  ['{ watchlist(markets: { exchange: "a", symbol: "A" }) { last bid } }', 12],
  ['{ watchlist(markets: []) { last bid } }', 10],
  [`{ candles(${of}) { close } }`, 200],
  [`{ candles(${of}, limit: 500) { open close } }`, 1100],
  [`{ ohlcv(${of}, limit: 500) }`, 600],
  [`{ trades(${of}, limit: 10) { price amount } }`, 120],
  [`{ orderBook(${of}, limit: 10) { bestBid bids { price amount } asks { price } } }`, 131],
  [
    '{ exchange(id: "kraken") { markets(first: 100) { totalCount nodes { symbol base } pageInfo { endCursor } } } }',
    214,
  ],
  ['{ exchange(id: "kraken") { markets { edges { cursor node { symbol } } } } }', 161],
  ['{ exchange(id: "kraken") { markets(first: 2) { nodes { candles(limit: 3) { close } } } } }', 217],
  ['{ node(id: "kraken") { id } }', 2],
  ['{ node(id: "Market:kraken:BTC/USD") { id ... on Market { symbol ticker { last } } } }', 23],
  ['{ node(id: "Ticker:kraken:BTC/USD:BTC") { id ... on Ticker { last bid } } }', 13],
  [
    '{ node(id: "OrderBook:kraken:10:BTC/USD") { ... on OrderBook { mid bids { price amount } asks { price } } } }',
    131,
  ],
  ['{ node(id: "OrderBook:kraken:5000:BTC/USD") { ... on OrderBook { bids { price } } } }', 1100],
  ['{ node(id: "OrderBook:kraken:10:BTC/USD") { ... on Exchange { markets(first: 2) { nodes { id } } } } }', 112],
  ['{ node(id: "Trade:kraken:BTC/USD:7") { id } }', 2],
  [`{ indicators(${of}, of: { kind: SMA, period: 50 }) { timestamps } }`, 100 + 49 + 100 + 100],
  [
    `{ indicators(${of}, limit: 10, of: [{ kind: SMA }, { kind: MACD }]) { timestamps closed series { name values } } }`,
    100 + 430 + 4 * 10 + 2 * 10 + 2,
  ],
  ['{ exchanges { id } }', 106],
  ['{ exchanges(ids: ["kraken", "binance"]) { id } }', 3],
  ['{ exchanges(ids: null) { id } }', 106],
  ['{ exchanges(ids: 500) { id } }', 2],
  [`subscription { tickerUpdated(${of}) { last } }`, 11],
  ['subscription { tickersUpdated(exchange: "kraken", symbols: ["A", "B"]) { last } }', 12],
  [`subscription { orderBookUpdated(${of}, limit: 10) { bids { price } } }`, 20],
])('%s costs %d', (text, cost) => {
  expect(costOf(text)).toBe(cost);
});

test('a variable counts with its value, its default, or the default of the argument', () => {
  const limit = `query ($limit: Int! = 7) { candles(${of}, limit: $limit) { close } }`;
  expect(costOf(limit, { limit: 50 })).toBe(150);
  expect(costOf(limit)).toBe(107);
  const first = 'query ($first: Int!) { exchange(id: "a") { markets(first: $first) { nodes { id } } } }';
  expect(costOf(first, { first: 20 })).toBe(31);
  const ids = 'query ($ids: [ID!] = ["kraken"]) { exchanges(ids: $ids) { id } }';
  expect(costOf(ids)).toBe(2);
  expect(costOf(ids, { ids: ['a', 'b'] })).toBe(3);
  expect(costOf(ids, { ids: null })).toBe(106);
  const node = 'query ($id: ID! = "kraken") { node(id: $id) { id ... on OrderBook { bids { price } } } }';
  expect(costOf(node)).toBe(3);
  expect(costOf(node, { id: 'Ticker:kraken:BTC/USD' })).toBe(12);
  expect(costOf(node, { id: 'OrderBook:kraken:50:BTC/USD' })).toBe(151);
  expect(costOf(node, { id: 7 })).toBe(3);
  const depth = `query ($limit: Int!) { orderBook(${of}, limit: $limit) { mid bids { price } asks { price } } }`;
  expect(costOf(depth, { limit: 5 })).toBe(111);
});

test('indicators count with their candles before and in the answer, and each line with its values', () => {
  const text = `query ($of: [IndicatorInput!]!, $n: Int! = 10) {
    indicators(${of}, limit: $n, of: $of) { series { values } }
  }`;
  expect(costOf(text, { of: [{ kind: 'SMA' }, { kind: 'BOLLINGER' }] })).toBe(100 + 19 + 4 * 10 + 1);
  expect(costOf(text, { of: [{ kind: 'SMA' }, { kind: 'BOLLINGER' }], n: 30 })).toBe(100 + 19 + 4 * 30 + 1);
  expect(costOf(text, { of: { kind: 'EMA', period: 200 } })).toBe(100 + 2765 + 10 + 1);
  const nested = `query ($p: Int) { indicators(${of}, limit: 1, of: [{ kind: SMA, period: $p }]) { series { name } } }`;
  expect(costOf(nested, { p: 3 })).toBe(100 + 499 + 1 + 2);
  const aliases = `{ indicators(${of}, limit: 10, of: { kind: BOLLINGER }) { series { a: values b: values ...F } } }
    fragment F on IndicatorSeries { c: values name }`;
  expect(costOf(aliases)).toBe(100 + 19 + 3 * (3 * 10) + 2);
});

test('one document is measured separately for each operation and each set of variables', () => {
  const document = parse(`query A { ticker(${of}) { last } } query B($n: Int!) { ohlcv(${of}, limit: $n) }`);
  expect(unlimited({ document, operationName: 'A' })).toBe(11);
  expect(unlimited({ document, operationName: 'B', variableValues: { n: 5 } })).toBe(105);
  expect(unlimited({ document, operationName: 'B', variableValues: { n: 9 } })).toBe(109);
  expect(unlimited({ document, operationName: 'C' })).toBe(0);
});

test('skipped fields count, and a fragment counts as often as it is spread', () => {
  expect(costOf(`query ($a: Boolean!) { ticker(${of}) { last @skip(if: $a) bid @include(if: $a) } }`)).toBe(12);
  const fragment = 'fragment F on Ticker { last bid }';
  expect(costOf(`{ a: ticker(${of}) { ...F } b: ticker(${of}) { ...F ... on Ticker { ask } } } ${fragment}`)).toBe(25);
});

test('the largest answers that the schema offers are allowed, but not several of them at once', () => {
  const { maxCost } = defaultQueryLimits;
  const candles = `candles(${of}, limit: 10000) { ${leavesOf('Candle')} }`;
  expect(leavesOf('Candle').split(' ')).toHaveLength(9);
  expect(costOf(`{ ${candles} }`)).toBe(90_100);
  expect(costOf(`{ ${candles} b: ${candles} }`)).toBeGreaterThan(maxCost);
  const symbols = Array.from({ length: 1000 }, (_, index) => `S${index}`);
  const tickers = `query ($symbols: [String!]!) { tickers(exchange: "kraken", symbols: $symbols) {
    ${leavesOf('Ticker')} exchange { ${leavesOf('Exchange')} } market { ${leavesOf('Market')} }
  } }`;
  expect(costOf(tickers, { symbols })).toBeLessThan(maxCost);
  const all = 'query { exchanges { markets(first: 1000) { nodes { id symbol } } } }';
  expect(costOf(all)).toBeGreaterThan(maxCost);
  const books = '{ exchange(id: "kraken") { markets(first: 1000) { nodes { orderBook { mid } } } } }';
  expect(costOf(books)).toBeGreaterThan(maxCost);
});

test('a subscription that begins in the past costs a hundred items, whenever that is', () => {
  const document = parse(`subscription ($since: DateTime) { candleUpdated(${of}, since: $since) { timestamp close } }`);
  const costs = [undefined, null, 0, Date.now(), '2026-01-01'].map((since) =>
    unlimited({ document, variableValues: { since } }),
  );
  expect(costs).toEqual([12, 12, 210, 210, 210]);
  expect(costOf(`subscription { tradesExecuted(${of}, since: 0) { price } }`)).toBe(110);
  expect(costOf(`subscription { tradesExecuted(${of}, since: null) { price } }`)).toBe(11);
});

test("GraphiQL's introspection is allowed", () => {
  const cost = costOf(getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }));
  expect(cost).toBeGreaterThan(3000);
  expect(cost).toBeLessThan(defaultQueryLimits.maxCost / 2);
});

test('an operation over the limit is rejected with a message', () => {
  const measure = new CostMeter(schema, 100).measure;
  const document = parse(`query ($n: Int!) { ohlcv(${of}, limit: $n) }`);
  expect(measure({ document, variableValues: { n: 0 } })).toBe(100);
  const measureTooMuch = (): unknown => measure({ document, variableValues: { n: 1 } });
  expect(measureTooMuch).toThrow(MarketDataError);
  expect(measureTooMuch).toThrow('The operation costs 101; it may cost at most 100. Ask for fewer items or fields.');
});

test('a value that the resolver rejects anyway costs no more than the largest that it accepts', () => {
  expect(costOf(`{ candles(${of}, limit: 2000000000) { close } }`)).toBe(10_100);
  expect(costOf(`{ candles(${of}, limit: -5) { close } }`)).toBe(101);
});

test('whatever the value of a variable, the cost is a number that includes the cost of the fields', () => {
  const document = parse(`query ($n: Int!, $s: [String!]!, $i: [ID!]) {
    ohlcv(${of}, limit: $n) tickers(exchange: "a", symbols: $s) { last } exchanges(ids: $i) { id }
  }`);
  const value = fc.oneof(fc.anything(), fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, '9'));
  fc.assert(
    fc.property(value, value, value, (n, s, i) => {
      const cost = unlimited({ document, variableValues: { n, s, i } });
      expect(cost).toBeGreaterThanOrEqual(111);
      expect(cost).toBeLessThan(100_000);
    }),
  );
  expect(unlimited({ document, variableValues: JSON.parse('{ "__proto__": 1, "constructor": 2 }') })).toBeGreaterThan(
    0,
  );
});

test('the cost of a quote and of a watch list depends on their variables', () => {
  const quote = 'query ($of: [ID!]!) { quote(symbol: "A", exchanges: $of) { median exchanges { ageMs leftOut } } }';
  expect(costOf(quote, { of: ['a', 'b'] })).toBe(20 + 1 + 2 * 3);
  expect(costOf(quote, { of: Array(500).fill('a') })).toBe(2000 + 1 + 200 * 3);
  const list = 'subscription ($of: [MarketInput!]!) { watchlistUpdated(markets: $of) { last bid } }';
  const markets = ['a', 'b', 'a'].map((exchange) => ({ exchange, symbol: 'A' }));
  expect(costOf(list, { of: markets })).toBe(20 + 3 * 2);
  const each =
    'query ($a: ID!, $b: ID!) { watchlist(markets: [{ exchange: $a, symbol: "A" }, { exchange: $b, symbol: "A" }]) { last } }';
  expect(costOf(each, { a: 'a', b: 'b' })).toBe(22);
});
