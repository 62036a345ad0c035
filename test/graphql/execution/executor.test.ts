import fc from 'fast-check';
import {
  buildSchema,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import { createContext } from '../../../src/graphql/execution/context.ts';
import { createExecutor } from '../../../src/graphql/execution/executor.ts';
import { MarketSearch } from '../../../src/graphql/execution/market-search.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';
import type { Candle } from '../../../src/market/model/candle.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { LiveFeeds } from '../../support/feed/live-feeds.ts';

const candles: readonly Candle[] = [0, 60_000].map((timestamp) => ({
  timestamp,
  open: 1.5,
  high: 2,
  low: 1,
  close: 1.25,
  volume: 1e-7,
  closed: true,
}));

const tree = buildSchema(`
  type Query { node: Node, sure: Node!, add(a: Int! = 1, b: In): Int, color(color: Color = RED): Color }
  enum Color { RED GREEN }
  input In { x: Int = 2, y: [Int!] }
  type Node {
    id: ID!, int: Int, sureInt: Int!, text: String, color: Color
    ints: [Int], sureInts: [Int!], allSure: [Int!]!, matrix: [[Int!]]
    node: Node, sure: Node!, nodes: [Node], sureNodes: [Node!]!
  }
`);

// Promises must come from resolvers, as in this project: graphql-jit does not await a promise that is a plain property.
for (const type of Object.values(tree.getTypeMap())) {
  if (!isObjectType(type) || type.name.startsWith('__')) continue;
  for (const [name, field] of Object.entries(type.getFields())) field.resolve ??= (source) => source?.[name];
}

/** The data in the order of its fields, and the errors in a fixed order, since they may come in any. */
function toText({ data, errors = [] }: ExecutionResult): string {
  const sorted = errors.map((error) => JSON.stringify(error)).sort();
  return JSON.stringify({ data: data ?? null, errors: sorted });
}

/** The result of graphql-js, followed by those of the executor: the first, the second, and two compiled ones. */
async function answers(make: () => ExecutionArgs): Promise<readonly ExecutionResult[]> {
  const { document, schema: tested } = make();
  expect(validate(tested, document)).toEqual([]);
  // New arguments for each execution, because rejected promises must be handled where they are created.
  const args = () => ({ ...make(), document });
  const executor = createExecutor(tested);
  const all = [await execute(args())];
  for (let time = 0; time < 4; time++) {
    all.push(await executor(args()));
    await import('graphql-jit');
  }
  return all;
}

async function expectSame(make: () => ExecutionArgs): Promise<string> {
  const [expected = '', ...others] = (await answers(make)).map(toText);
  for (const text of others) expect(text).toBe(expected);
  return expected;
}

function market(query: string, variableValues: Readonly<Record<string, unknown>> = {}, operationName?: string) {
  const clock = new ManualClock();
  const marketData = new FakeMarketData(clock);
  marketData.set('BTC/USD', { last: 1.5, timestamp: 1, receivedAt: 2 });
  marketData.set('ETH/USD', { last: Number.NaN, timestamp: null });
  marketData.setCandles(candles);
  marketData.setOrderBook({ bids: [{ price: 1, amount: 2 }], asks: [] });
  const { operations: live } = new LiveFeeds();
  const document = parse(query);
  return (): ExecutionArgs => ({
    schema,
    document,
    contextValue: createContext({ marketData, live, marketSearch: new MarketSearch(), charge: () => {} }),
    variableValues,
    operationName: operationName ?? null,
  });
}

const btc = 'exchange: "kraken", symbol: "BTC/USD"';

test.each([
  `{ ticker(${btc}) { id exchange { id name has timeframes } symbol timestamp datetime last bid source stale } }`,
  `{ a: ticker(${btc}) { last } b: ticker(exchange: "kraken", symbol: "ETH/USD") { symbol last } }`,
  '{ tickers(exchange: "kraken", symbols: ["BTC/USD", "nope", "BTC/USD", "no"]) { symbol market { id } last } }',
  `{ candles(${btc}, timeframe: "1m", since: "1970-01-01", limit: 2) { timestamp datetime open closed } }`,
  `{ ohlcv(${btc}, timeframe: "1m", limit: 2) __typename }`,
  `{ orderBook(${btc}) { id bids { price amount __typename } asks { price } bestBid bestAsk mid stale } }`,
  '{ exchanges(ids: ["kraken", "binance"]) { ...E } exchange(id: "kraken") { ...E ... on Exchange { id } } } fragment E on Exchange { __typename id }',
  '{ exchange(id: "nope") { id } exchanges { id } }',
  '{ exchanges { id }\r\n\n  a: exchange(id: "nope") {\r id } b: exchange(id: "no") { id } }',
  `{ ticker(${btc}) { last } ticker(${btc}) { bid last } }`,
  '{ __schema { queryType { name } } exchanges { id } }',
  `{ candles(${btc}, limit: 0) { open } market(${btc}) { id } trades(${btc}) { id } }`,
  `{ __proto__: ticker(${btc}) { last } }`,
])('%s has the same result as with graphql-js', async (query) => {
  expect(await expectSame(market(query))).toContain('"data":{');
});

// A string from a client must never become code: graphql-jit's marker for dates, plain and with an escape sequence.
test.each(['__MAGIC', '\\u005f_MAGIC'])('a string that begins with %s_DATE__ stays a string', async (marker) => {
  const code = '33a9e76d_02e0_4128_8e92_3530ad3da74dglobalThis.compiled=1';
  const query = `query ($limit: Int! = 1) { ticker(exchange: "kraken", symbol: "${marker}_DATE__${code}") { last }
    candles(${btc}, limit: $limit) { open } }`;
  expect(await expectSame(market(query))).toContain('no market __MAGIC_DATE__');
  expect(globalThis).not.toHaveProperty('compiled');
});

test('a query is compiled once, when it is executed again', async () => {
  let compiled = 0;
  const jit = await import('graphql-jit');
  const executor = createExecutor(schema, async () => ({
    ...jit,
    compileQuery: (...args) => {
      compiled += 1;
      return jit.compileQuery(...args);
    },
  }));
  const query = `{ ticker(${btc}) { last } candles(${btc}, since: "2026-01-01T00:00:00+01:00") { open } }`;
  const args = market(query)();
  const counts: number[] = [];
  for (let time = 0; time < 4; time++) {
    await executor(args);
    counts.push(compiled);
  }
  // At the second execution the compiler is still loading.
  expect(counts).toEqual([0, 0, 1, 1]);
});

test.each([
  [75, 1],
  [76, 0],
])('with %d fields in a fragment that is spread twice, %d queries are compiled', async (count, expected) => {
  let compiled = 0;
  const jit = await import('graphql-jit');
  const executor = createExecutor(tree, async () => ({
    ...jit,
    compileQuery: (...args) => {
      compiled += 1;
      return jit.compileQuery(...args);
    },
  }));
  const names = Array.from({ length: count - 2 }, (_, index) => `a${index}: id`).join(' ');
  const document = parse(`{ a: node { ...F } b: node { ...F } } fragment F on Node { ${names} }`);
  for (let time = 0; time < 4; time += 1) {
    await executor({ schema: tree, document, rootValue: { node: null } });
    await Promise.resolve();
  }
  expect(compiled).toBe(expected);
});

test('each ticker fails alone, at any position', async () => {
  const symbols = fc.array(fc.constantFrom('BTC/USD', 'nope', 'ETH/USD'), { minLength: 1, maxLength: 6 });
  const query = 'query ($symbols: [String!]!) { tickers(exchange: "kraken", symbols: $symbols) { symbol last } }';
  await fc.assert(
    fc.asyncProperty(symbols, async (asked) => {
      await expectSame(market(query, { symbols: asked }));
    }),
    { numRuns: 50 },
  );
});

test.each([{ deep: true }, { deep: false }, {}])(
  'conditions are evaluated at each execution: %j',
  async (variables) => {
    const query = `query ($deep: Boolean = true, $no: Boolean = false) {
    ticker(${btc}) { symbol ... @include(if: $deep) { last } bid @skip(if: $deep) ask @skip(if: $no) @include(if: true) }
  }`;
    await expectSame(market(query, variables));
  },
);

test.each([
  ['query ($i: Boolean = true) { exchange(id: "kraken") { id @skip(if: $i) name } }', { i: null }],
  ['query ($i: Boolean!) { exchange(id: "kraken") { name @skip(if: $i) id name } }', { i: true }],
  [
    'query ($i: Boolean!) { exchange(id: "kraken") @skip(if: $i) { name } b: exchange(id: "binance") { id } exchange(id: "kraken") { id } }',
    { i: true },
  ],
  [
    `query ($i: Boolean!) { candles(${btc}, limit: 0) @skip(if: $i) { open } candles(${btc}, limit: 0) { close } }`,
    { i: true },
  ],
  [`{ ticker(${btc}) { __proto__: symbol symbol } }`, {}],
  [
    'query ($a: Boolean!) { x: exchange(id: "kraken") { name ...F @include(if: $a) } y: exchange(id: "binance") { name ...F } } fragment F on Exchange { id }',
    { a: false },
  ],
  ['query ($a: String = "BTC/USD") { tickers(exchange: "kraken", symbols: [$a]) { symbol } }', { a: null }],
  ['query ($l: Int = 2) { candles(exchange: "kraken", symbol: "BTC/USD", limit: $l) { open } }', { l: null }],
])('%s with %j has the same result as with graphql-js', async (query, variables) => {
  await expectSame(market(query, variables));
});

test('one document can be executed with different values of a condition', async () => {
  const query = 'query ($deep: Boolean!) { exchange(id: "kraken") { id name @include(if: $deep) } }';
  const executor = createExecutor(schema);
  const args = market(query)();
  const answer = async (deep: boolean) => JSON.stringify(await executor({ ...args, variableValues: { deep } }));
  expect(await answer(true)).toContain('name');
  expect(await answer(false)).not.toContain('name');
  expect(await answer(true)).toContain('name');
});

test.each([
  { symbol: 'BTC/USD', since: '1970-01-01T00:00:30Z' },
  { symbol: 'BTC/USD', since: 60_000, limit: 1 },
  { symbol: 'BTC/USD', since: 'yesterday' },
  { symbol: null },
  {},
  { symbol: 'BTC/USD', limit: 'many' },
])('variables %j, valid or not, are handled as in graphql-js', async (variables) => {
  const query = `query ($symbol: String!, $since: DateTime, $limit: Int! = 5) {
    candles(exchange: "kraken", symbol: $symbol, timeframe: "1m", since: $since, limit: $limit) { timestamp datetime }
  }`;
  await expectSame(market(query, variables));
});

test.each(['A', 'B', 'C', '', undefined])('among several operations, %s is executed', async (name) => {
  await expectSame(market('query A { exchange(id: "kraken") { id } } query B { exchanges { name } }', {}, name));
});

test('a null variable for a non-null argument is an error of the field', async () => {
  const text = await expectSame(() => ({
    schema: tree,
    document: parse('query ($a: Int = 1) { one: add(a: $a) }'),
    variableValues: { a: null },
    rootValue: { add: 1 },
  }));
  expect(text).toContain('must not be null');
});

/** Describes a value that a resolver may return as it is, as a promise, as null, as an error or with a wrong type. */
type Spec = { readonly way: number; readonly value: unknown };

function toValue({ way, value }: Spec, key: string): unknown {
  const plain = Array.isArray(value)
    ? toItems(value.map((item, index) => toValue(item, `${key}${index}`)))
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, spec]) => [name, toValue(spec, name)]))
      : value;
  if (way === 1) return null;
  if (way === 2) return new Error(`${key} is an error`);
  if (way === 3) return Promise.resolve(plain);
  if (way === 4) {
    const rejected = Promise.reject(new GraphQLError(`${key} is rejected`, { extensions: { code: 'X' } }));
    // Not every field is selected, so nobody may handle it.
    rejected.catch(() => {});
    return rejected;
  }
  return plain;
}

/**
 * If one item is a promise, all are, as in this project's lists. In a mixed list, graphql-jit 0.8 makes the result too
 * long when a promise rejects that comes before other items.
 */
function toItems(items: readonly unknown[]): readonly unknown[] {
  return items.some((item) => item instanceof Promise) ? items.map((item) => Promise.resolve(item)) : items;
}

const specOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Spec> =>
  fc.record({
    way: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.constant(3) }, fc.nat(4)),
    value,
  });

const intSpec = specOf(
  fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -9, max: 9 }) }, fc.constantFrom('x', 1.5, true, Number.NaN)),
);
const listOf = (item: fc.Arbitrary<unknown>) =>
  specOf(fc.oneof({ weight: 9, arbitrary: fc.array(item, { maxLength: 3 }) }, fc.constant(3)));
const intsSpec = listOf(intSpec);
// No promises here: in a list of non-null items, graphql-js leaves the rejections of other items unhandled.
const sureIntsSpec = listOf(
  fc.record({ way: fc.constantFrom(0, 0, 0, 0, 1, 2), value: fc.constantFrom<unknown>(1, 2, 'x') }),
);

const { node: nodeSpec } = fc.letrec<{ node: Spec }>((tie) => {
  const nested = fc.option(tie('node'), { nil: { way: 1, value: null }, depthSize: 'small' });
  const nodes = specOf(fc.array(nested, { maxLength: 3 }));
  return {
    node: specOf(
      fc.record({
        id: intSpec,
        int: intSpec,
        sureInt: intSpec,
        text: intSpec,
        color: specOf(fc.constantFrom('RED', 'BLUE')),
        ints: intsSpec,
        sureInts: sureIntsSpec,
        allSure: sureIntsSpec,
        matrix: specOf(fc.array(sureIntsSpec, { maxLength: 2 })),
        node: nested,
        sure: nested,
        nodes,
        sureNodes: sureIntsSpec,
      }),
    ),
  };
});

const trees = [
  '{ node { int text nodes { int id } sure { int } color } }',
  '{ node { ints sureInts node { allSure matrix } sureNodes { __typename } } }',
  '{ sure { sureInt nodes { sureInt } } node { id } }',
  '{ a: node { ...N node { ...N } } sure { int } } fragment N on Node { sure { id sureInt } b: nodes { sureInt color } }',
].map((text) => parse(text));

test('whatever resolvers return, the data are those of graphql-js, and there are errors if it has errors', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...trees), nodeSpec, nodeSpec, async (document, node, sure) => {
      const [expected, ...others] = await answers(() => ({
        schema: tree,
        document,
        rootValue: { node: toValue(node, 'node'), sure: toValue(sure, 'sure') },
      }));
      for (const { data, errors } of others) {
        expect(JSON.stringify(data)).toBe(JSON.stringify(expected?.data));
        // If several errors make the same field null, the specification leaves open which of them are reported.
        expect(errors === undefined).toBe(expected?.errors === undefined);
      }
    }),
    { numRuns: 200 },
  );
});

test('operations that arrive at once are executed with turns of the event loop in between', async () => {
  const execute = createExecutor(schema);
  let blocked = 0;
  let turns = 0;
  setImmediate(() => {
    turns += 1;
  });
  const make = market(`{ ticker(${btc}) { last } }`);
  const seen: number[] = [];
  const blockLoop = async (): Promise<void> => {
    const args = make();
    Object.defineProperty(args, 'variableValues', {
      get: () => {
        const startedAt = performance.now();
        while (blocked === 0 && performance.now() - startedAt <= 20);
        blocked += 1;
        seen.push(turns);
        return {};
      },
    });
    await execute(args);
  };
  await Promise.all([blockLoop(), blockLoop()]);
  expect([seen[0], seen.at(-1)]).toEqual([0, 1]);
});

test('the event loop gets a turn while thousands of errors are converted', async () => {
  const executor = createExecutor(tree);
  const ints = (count: number) => ({ node: { ints: Array.from({ length: count }, () => 'x') } });
  const document = parse('{ node { ints } }');
  for (let time = 0; time < 3; time++) {
    await executor({ schema: tree, document, rootValue: ints(1) });
    await import('graphql-jit');
  }
  let turns = 0;
  setImmediate(() => {
    turns += 1;
  });
  const { errors } = await executor({ schema: tree, document, rootValue: ints(2000) });
  expect([errors?.length, turns]).toEqual([2000, 1]);
});
