import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { createContext } from '../../../../src/graphql/execution/context.ts';
import { createExecutor } from '../../../../src/graphql/execution/executor.ts';
import { MarketSearch } from '../../../../src/graphql/execution/market-search.ts';
import { schema } from '../../../../src/graphql/schema/schema.ts';
import { MarketDataError } from '../../../../src/market/errors.ts';
import { ofUnknownFreshness } from '../../../../src/market/model/fresh.ts';
import type { Markets } from '../../../../src/market/model/market.ts';
import { FakeMarketData } from '../../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';
import { marketOf } from '../../../support/fakes/market.ts';
import { LiveFeeds } from '../../../support/feed/live-feeds.ts';

const swap = marketOf('kraken', 'BTC/USD:BTC', { contractSize: 1, pricePrecision: 0.5, amountPrecision: 1 });

function scene() {
  const clock = new ManualClock();
  const port = new FakeMarketData(clock);
  port.set('BTC/USD', { last: 1.5, timestamp: 1 });
  port.set('BTC/USD:BTC', { last: 2.5 });
  port.setOrderBook({ bids: [{ price: 1, amount: 2 }], asks: [{ price: 2, amount: 3 }] });
  const markets: Markets = new Map([[swap.symbol, swap]]);
  port.fetchMarkets = async () => ofUnknownFreshness(markets);
  const { operations: live } = new LiveFeeds();
  const make = (): ExecutionArgs['contextValue'] =>
    createContext({ marketData: port, live, marketSearch: new MarketSearch(), charge: () => {} });
  return { port, make };
}

type Variables = Readonly<Record<string, unknown>>;

/** The result of graphql-js. Checks that the executor returns the same, both interpreted and compiled by graphql-jit. */
async function ask(query: string, variableValues: Variables = {}, isCompiled = true): Promise<ExecutionResult> {
  const { make } = scene();
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const args = (): ExecutionArgs => ({ schema, document, variableValues, contextValue: make() });
  const expected = await execute(args());
  let compiled = 0;
  const executor = createExecutor(schema, async () => {
    const jit = await import('graphql-jit');
    return {
      ...jit,
      compileQuery: (...args) => {
        compiled += 1;
        return jit.compileQuery(...args);
      },
    };
  });
  for (let time = 0; time < 4; time++) {
    expect(toComparable(await executor(args()))).toEqual(toComparable(expected));
    await import('graphql-jit');
  }
  // Otherwise the test would not cover graphql-jit.
  expect(compiled).toBe(isCompiled ? 1 : 0);
  return expected;
}

/** A result that can be compared regardless of the order of its errors. */
function toComparable({ data, errors = [] }: ExecutionResult): unknown {
  return { data: structuredClone(data), errors: errors.map((error) => JSON.stringify(error)).sort() };
}

const codesOf = ({ errors = [] }: ExecutionResult) =>
  errors.map((error) => {
    const { originalError } = error instanceof GraphQLError ? error : {};
    return originalError instanceof MarketDataError ? originalError.code : String(error);
  });

const query = `query ($id: ID!) { node(id: $id) { __typename id
  ... on Exchange { name timeframes }
  ... on Market { symbol base type exchange { id } ticker { id last } orderBook(limit: 1) { id mid } }
  ... on Ticker { symbol last stale exchange { id name } market { id } }
  ... on OrderBook { symbol bids { price amount } asks { price } mid }
} }`;

test.each([
  ['kraken', { __typename: 'Exchange', name: 'kraken', timeframes: ['1m', '1h', '1d'] }],
  [
    'Market:kraken:BTC/USD:BTC',
    {
      ...{ __typename: 'Market', symbol: 'BTC/USD:BTC', base: 'BTC', type: 'SWAP', exchange: { id: 'kraken' } },
      ticker: { id: 'Ticker:kraken:BTC/USD:BTC', last: 2.5 },
      orderBook: { id: 'OrderBook:kraken:1:BTC/USD:BTC', mid: 1.5 },
    },
  ],
  [
    'Ticker:kraken:BTC/USD',
    {
      ...{ __typename: 'Ticker', symbol: 'BTC/USD', last: 1.5, stale: false },
      ...{ exchange: { id: 'kraken', name: 'kraken' }, market: null },
    },
  ],
  [
    'OrderBook:kraken:5:BTC/USD:BTC',
    {
      ...{ __typename: 'OrderBook', symbol: 'BTC/USD:BTC', bids: [{ price: 1, amount: 2 }], asks: [{ price: 2 }] },
      mid: 1.5,
    },
  ],
])('%s can be fetched again by its id', async (id, fields) => {
  const { data, errors } = await ask(query, { id });
  expect(errors).toBeUndefined();
  expect(data).toEqual({ node: { id, ...fields } });
});

test.each([
  ['nope', 'EXCHANGE_NOT_FOUND'],
  ['Market:kraken:ETH/USD', 'SYMBOL_NOT_FOUND'],
  ['Ticker:kraken:ETH/USD', 'SYMBOL_NOT_FOUND'],
  ['kraken:BTC/USD', 'BAD_USER_INPUT'],
  ['Trade:kraken:BTC/USD:7', 'BAD_USER_INPUT'],
  ['', 'BAD_USER_INPUT'],
])('the node %j is null, with the error %s', async (id, code) => {
  const result = await ask(query, { id });
  expect(result.data).toEqual({ node: null });
  expect(codesOf(result)).toEqual([code]);
});

const parts = [
  [
    'a: node(id: "Ticker:kraken:BTC/USD") { ...N ...T }',
    { a: { id: 'Ticker:kraken:BTC/USD', kind: 'Ticker', last: 1.5 } },
  ],
  [
    'b: node(id: "Market:kraken:BTC/USD:BTC") { ...N ... on Node { ... on Market { again: id candles(limit: 0) { open } } } }',
    { b: { id: 'Market:kraken:BTC/USD:BTC', kind: 'Market', again: 'Market:kraken:BTC/USD:BTC', candles: null } },
  ],
  ['c: node(id: "kraken") { ...N ...T }', { c: { id: 'kraken', kind: 'Exchange' } }],
  [
    'd: node(id: "OrderBook:kraken:2:BTC/USD") { ... on OrderBook { ...N bestBid } ... on Ticker { last ...N } }',
    { d: { id: 'OrderBook:kraken:2:BTC/USD', kind: 'OrderBook', bestBid: 1 } },
  ],
  [
    'ticker(exchange: "kraken", symbol: "BTC/USD") { ... on Node { id } ...T }',
    { ticker: { id: 'Ticker:kraken:BTC/USD', kind: 'Ticker', last: 1.5 } },
  ],
] as const;
const fragments = 'fragment N on Node { id kind: __typename } fragment T on Ticker { ...N last }';

test.each(parts)('%s', async (part, data) => {
  const onTicker = part.includes('...T') ? fragments : fragments.slice(0, fragments.indexOf(' fragment T'));
  const result = await ask(`{ ${part} } ${onTicker}`);
  expect(result.data).toEqual(data);
});

test('all of these at once, too many to be compiled, with an error in one of them', async () => {
  const result = await ask(`{ ${parts.map(([part]) => part).join(' ')} } ${fragments}`, {}, false);
  expect(result.data).toEqual(Object.assign({}, ...parts.map(([, data]) => data)));
  expect(result.errors?.map(({ path }) => path)).toEqual([['b', 'candles']]);
});

test('a fragment on a node can have a condition', async () => {
  const conditional = `query ($id: ID!, $all: Boolean!) {
    node(id: $id) { id ... on Ticker @include(if: $all) { last } ... on Market @skip(if: $all) { symbol } }
  }`;
  const id = 'Ticker:kraken:BTC/USD';
  expect((await ask(conditional, { id, all: true }, false)).data).toEqual({ node: { id, last: 1.5 } });
  expect((await ask(conditional, { id, all: false }, false)).data).toEqual({ node: { id } });
});

test('tickers by id and by symbol share one call', async () => {
  const { port, make } = scene();
  const document = parse(`{
    a: node(id: "Ticker:kraken:BTC/USD") { ... on Ticker { last } }
    b: node(id: "Ticker:kraken:BTC/USD:BTC") { ... on Ticker { last } }
    c: node(id: "Ticker:kraken:nope") { id }
    ticker(exchange: "kraken", symbol: "BTC/USD") { last }
  }`);
  await createExecutor(schema)({ schema, document, contextValue: make() });
  expect(port.tickerCalls).toMatchObject([{ exchange: 'kraken', symbols: ['BTC/USD', 'BTC/USD:BTC', 'nope'] }]);
});
