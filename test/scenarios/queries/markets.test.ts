import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';

let running: AppServer;

beforeAll(async () => {
  running = await startServer();
});

afterAll(() => running.stop());

interface Page {
  readonly nodes: readonly { readonly symbol: string }[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly symbol: string } }[];
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

async function page(args: string): Promise<Page> {
  const { data, errors } = await running.query(`{ exchange(id: "sim") { markets${args} {
    totalCount nodes { symbol } edges { cursor node { symbol } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }`);
  expect(errors).toEqual([]);
  return data.exchange.markets;
}

const symbolsOf = ({ nodes }: Page): readonly string[] => nodes.map(({ symbol }) => symbol);

test('pages by cursor cover the list once, in order', async () => {
  const all = await page('');
  expect(all.totalCount).toBe(26);
  expect(all.nodes).toHaveLength(26);
  expect([...symbolsOf(all)].sort()).toEqual(symbolsOf(all));
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const next: Page = await page(`(first: 7${after ? `, after: "${after}"` : ''})`);
    expect(next.totalCount).toBe(26);
    expect(next.pageInfo.hasPreviousPage).toBe(seen.length > 0);
    expect(next.edges.map(({ node }) => node.symbol)).toEqual(symbolsOf(next));
    expect(next.edges.at(0)?.cursor).toBe(next.pageInfo.startCursor);
    seen.push(...symbolsOf(next));
    after = next.pageInfo.hasNextPage ? next.pageInfo.endCursor : null;
  } while (after !== null);
  expect(seen).toEqual(symbolsOf(all));
});

test('search ignores case and separators; type and active filter', async () => {
  expect(symbolsOf(await page('(search: "btc-usdt")'))).toEqual(['BTC/USDT', 'BTC/USDT:USDT']);
  expect(symbolsOf(await page('(search: "eth", type: SPOT)'))).toEqual(['ETH/EUR', 'ETH/USD', 'ETH/USDT']);
  expect(symbolsOf(await page('(type: SWAP)'))).toEqual(['BTC/USDT:USDT', 'ETH/USDT:USDT']);
  expect((await page('(active: false)')).totalCount).toBe(0);
  expect((await page('(search: "/")')).totalCount).toBe(26);
  expect((await page('(search: "币安")')).totalCount).toBe(0);
  const nothing = await page('(search: "nothing like it")');
  expect(nothing).toMatchObject({ totalCount: 0, nodes: [], pageInfo: { startCursor: null, hasNextPage: false } });
});

test('an empty page still has the total count', async () => {
  expect(await page('(first: 0)')).toMatchObject({ totalCount: 26, nodes: [], pageInfo: { hasNextPage: true } });
});

test.each([
  ['first: -1', /from 0 to 1000/],
  ['first: 1001', /from 0 to 1000/],
  ['after: "%%%"', /not a cursor/],
])('%s is refused', async (args, sentence) => {
  const { errors } = await running.query(`{ exchange(id: "sim") { markets(${args}) { totalCount } } }`);
  expect(errors[0]).toMatchObject({ message: expect.stringMatching(sentence), extensions: { code: 'BAD_USER_INPUT' } });
});

test('a market has the data that ccxt knows', async () => {
  const { data } = await running.query(`{
    spot: market(exchange: "sim", symbol: "BTC/USDT") {
      id base quote settle type active contractSize expiry pricePrecision amountPrecision exchange { id simulated }
    }
    swap: market(exchange: "sim", symbol: "BTC/USDT:USDT") { settle type contractSize }
  }`);
  expect(data.spot).toMatchObject({
    id: 'Market:sim:BTC/USDT',
    base: 'BTC',
    quote: 'USDT',
    settle: null,
    type: 'SPOT',
    active: true,
    contractSize: null,
    expiry: null,
    exchange: { id: 'sim', simulated: true },
  });
  expect(data.spot.pricePrecision).toBeGreaterThan(0);
  expect(data.swap).toMatchObject({ settle: 'USDT', type: 'SWAP' });
  expect(data.swap.contractSize).toBeGreaterThan(0);
});

test.each(['constructor', '__proto__', '', 'btc/usdt', 'BTCUSDT', 'toString', 'a'.repeat(5000)])(
  'the symbol %j is ordinary bad input',
  async (symbol) => {
    const { data, errors } = await running.query(
      `query ($symbol: String!) {
        market(exchange: "sim", symbol: $symbol) { id }
        ticker(exchange: "sim", symbol: $symbol) { id }
        candles(exchange: "sim", symbol: $symbol) { open }
      }`,
      { symbol },
    );
    expect(data).toEqual({ market: null, ticker: null, candles: null });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(3).fill('SYMBOL_NOT_FOUND'));
    expect(errors.every(({ message }) => message.length < 300)).toBe(true);
  },
);

test.each(['constructor', '__proto__', '', 'KRAKEN', 'Kraken '])(
  'the exchange %j is ordinary bad input',
  async (id) => {
    const { data, errors } = await running.query(
      `query ($id: ID!) {
      exchange(id: $id) { id }
      market(exchange: $id, symbol: "BTC/USD") { id }
      ticker(exchange: $id, symbol: "BTC/USD") { id }
      candles(exchange: $id, symbol: "BTC/USD") { open }
    }`,
      { id },
    );
    expect(Object.values(data)).toEqual([null, null, null, null]);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(Array(4).fill('EXCHANGE_NOT_FOUND'));
  },
);

test('a list of more than 1000 symbols is refused, and one of 1000 is answered', async () => {
  const document = 'query ($symbols: [String!]!) { tickers(exchange: "sim", symbols: $symbols) { id } }';
  const many = await running.query(document, { symbols: Array(1001).fill('BTC/USDT') });
  expect(many.errors).toMatchObject([
    { message: expect.stringContaining('at most 1000'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  const unknown = await running.query(document, {
    symbols: Array.from({ length: 1000 }, (_, index) => `BTC/USD${index}`),
  });
  expect(unknown.errors).toHaveLength(1000);
  const suggested = unknown.errors.filter(({ extensions }) => JSON.stringify(extensions.suggestions) !== '[]');
  expect(suggested).toHaveLength(20);
});
