import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';
import { createBinance } from '../../venues/binance/binance.ts';

let running: AppServer;

beforeAll(async () => {
  running = await startServer();
});

afterAll(() => running.stop());

async function symbols(args: string): Promise<readonly string[]> {
  const { data, errors } = await running.query(`{ exchange(id: "sim") { markets(${args}) { nodes { symbol } } } }`);
  expect(errors).toEqual([]);
  return data.exchange.markets.nodes.map(({ symbol }: { readonly symbol: string }) => symbol);
}

test.each(['BTC/USD', 'btc-usd', 'BTCUSD', 'btc usd'])('the search for %j finds that pair first', async (search) => {
  expect(await symbols(`search: "${search}"`)).toEqual(['BTC/USD', 'BTC/USDT', 'BTC/USDT:USDT']);
});

test('base and quote are whole currencies, in any case', async () => {
  expect(await symbols('base: "btc"')).toEqual(['BTC/EUR', 'BTC/USD', 'BTC/USDT', 'BTC/USDT:USDT']);
  expect(await symbols('quote: "USD"')).toEqual(['BTC/USD', 'ETH/USD']);
  expect(await symbols('base: "ETH", quote: "usdt", type: SWAP')).toEqual(['ETH/USDT:USDT']);
  expect(await symbols('base: "BT"')).toEqual([]);
});

test('pages of a search follow its order', async () => {
  const seen: string[] = [];
  let after = '';
  for (let hasNextPage = true; hasNextPage; ) {
    const args = `search: "btc-usd", first: 1${after === '' ? '' : `, after: "${after}"`}`;
    const { data } = await running.query(
      `{ exchange(id: "sim") { markets(${args}) { nodes { symbol } pageInfo { hasNextPage endCursor } } } }`,
    );
    const { nodes, pageInfo } = data.exchange.markets;
    seen.push(nodes[0].symbol);
    after = pageInfo.endCursor;
    hasNextPage = pageInfo.hasNextPage;
  }
  expect(seen).toEqual(['BTC/USD', 'BTC/USDT', 'BTC/USDT:USDT']);
});

test('an exchange has its market, or suggests others', async () => {
  const { data, errors } = await running.query(`{ exchange(id: "sim") {
    known: market(symbol: "BTC/USDT") { id base }
    unknown: market(symbol: "btc/usdt") { id }
  } }`);
  expect(data.exchange).toEqual({ known: { id: 'Market:sim:BTC/USDT', base: 'BTC' }, unknown: null });
  expect(errors).toMatchObject([
    {
      path: ['exchange', 'unknown'],
      extensions: { code: 'SYMBOL_NOT_FOUND', suggestions: ['BTC/USDT', 'BTC/USDT:USDT', 'BTC/USD'] },
    },
  ]);
});

const facts = `exchangeSymbol margin linear inverse strike optionType listedAt maker taker
  limits { amount { min max } price { min max } cost { min max } }`;

test('the facts of a simulated market', async () => {
  const { data, errors } = await running.query(
    `{ exchange(id: "sim") { spot: market(symbol: "BTC/USDT") { ${facts} } swap: market(symbol: "BTC/USDT:USDT") { ${facts} } } }`,
  );
  expect(errors).toEqual([]);
  const none = { strike: null, optionType: null };
  const listedAt = '2015-01-01T00:00:00.000Z';
  const limits = {
    amount: { min: 0.00001, max: null },
    price: { min: 0.01, max: null },
    cost: { min: 5, max: null },
  };
  const { spot, swap } = data.exchange;
  expect(spot).toEqual({
    ...{
      exchangeSymbol: 'BTCUSDT',
      margin: false,
      maker: 0.001,
      taker: 0.001,
      linear: null,
      inverse: null,
      listedAt,
      limits,
    },
    ...none,
  });
  expect(swap).toEqual({
    ...{
      exchangeSymbol: 'BTCUSDT-PERP',
      margin: false,
      maker: 0.0002,
      taker: 0.0005,
      linear: true,
      inverse: false,
      listedAt,
      limits,
    },
    ...none,
  });
});

test("the facts of Binance's markets", async () => {
  const binance = await createBinance();
  const server = await startServer({ venues: { binance } });
  onTestFinished(async () => {
    await server.stop();
    await binance.close();
  });
  const { data, errors } = await server.query(`{ exchange(id: "binance") {
    spot: market(symbol: "BTC/USDT") { ${facts} }
    linear: market(symbol: "BTC/USDT:USDT") { ${facts} }
    inverse: market(symbol: "BTC/USD:BTC") { ${facts} }
  } }`);
  expect(errors).toEqual([]);
  const { spot, linear, inverse } = data.exchange;
  expect(spot).toMatchObject({
    ...{ exchangeSymbol: 'BTCUSDT', margin: true, linear: null, inverse: null, listedAt: null },
    ...{ maker: 0.001, taker: 0.001 },
    limits: {
      amount: { min: 0.00001, max: 9000 },
      price: { min: 0.01, max: 1_000_000 },
      cost: { min: 5, max: 9_000_000 },
    },
  });
  expect(linear).toMatchObject({
    ...{ exchangeSymbol: 'BTCUSDT', linear: true, inverse: false, listedAt: '2019-09-25T08:00:00.000Z' },
    ...{ maker: 0.0002, taker: 0.0005, limits: { cost: { min: 100, max: null } } },
  });
  expect(inverse).toMatchObject({ linear: false, inverse: true, maker: 0.0001, taker: 0.0005 });
});
