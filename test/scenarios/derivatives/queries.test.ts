import { afterAll, beforeAll, expect, test } from 'vitest';
import { SkippingClock } from '../../support/fakes/skipping-clock.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

let binance: Venue;
let running: AppServer;

beforeAll(async () => {
  binance = await createBinance();
  running = await startServer({
    config: { exchanges: ['binance', 'kraken', 'sim'] },
    venues: { binance },
    clock: new SkippingClock(),
  });
});
afterAll(async () => {
  await running.stop();
  await binance.close();
});

const btc = 'exchange: "binance", symbol: "BTC/USDT:USDT"';

test('a funding rate and the open interest of one contract', async () => {
  const { data, errors } = await running.query(`{
    fundingRate(${btc}) {
      id exchange { id } symbol rate intervalMs annualized nextFundingTime nextRate markPrice indexPrice source stale
    }
    openInterest(${btc}) { exchange { id } symbol amount value stale source }
  }`);
  expect(errors).toEqual([]);
  const { rate } = data.fundingRate;
  expect(data.fundingRate).toMatchObject({
    id: 'FundingRate:binance:BTC/USDT:USDT',
    exchange: { id: 'binance' },
    intervalMs: 28_800_000,
    annualized: expect.closeTo(rate * 1095, 12),
    nextRate: null,
    source: 'FETCH',
    stale: false,
  });
  expect(data.openInterest).toMatchObject({ symbol: 'BTC/USDT:USDT', amount: expect.any(Number), value: null });
});

test('rates of a list keep its order, and fail alone', async () => {
  const { data, errors } = await running.query(`{
    fundingRates(exchange: "binance", symbols: ["ETH/USDT:USDT", "BTC/USDT", "BTC/USD:BTC", "NO/SUCH:ONE"]) { symbol }
  }`);
  expect(data.fundingRates).toEqual([{ symbol: 'ETH/USDT:USDT' }, null, { symbol: 'BTC/USD:BTC' }, null]);
  expect(errors).toMatchObject([
    { path: ['fundingRates', 1], extensions: { code: 'NOT_SUPPORTED', symbol: 'BTC/USDT' } },
    { path: ['fundingRates', 3], extensions: { code: 'SYMBOL_NOT_FOUND', symbol: 'NO/SUCH:ONE' } },
  ]);
});

test('the node of its id is the same funding rate', async () => {
  const { data, errors } = await running.query(`{
    fundingRate(${btc}) { id rate receivedAt }
    node(id: "FundingRate:binance:BTC/USDT:USDT") { __typename id ... on FundingRate { rate receivedAt } }
  }`);
  expect(errors).toEqual([]);
  expect(data.node).toEqual({ __typename: 'FundingRate', ...data.fundingRate });
});

test('the rates of all swaps of a market list are asked for together', async () => {
  const query =
    '{ exchange(id: "sim") { markets(type: SWAP, first: 10) { nodes { symbol fundingRate { symbol rate } openInterest { amount value } } } } }';
  const { data, errors } = await running.query(query);
  expect(errors).toEqual([]);
  for (const { symbol, fundingRate } of data.exchange.markets.nodes) expect(fundingRate.symbol).toBe(symbol);
});

test('histories are oldest first, and their limits are checked', async () => {
  const { data, errors } = await running.query(`{
    fundingRateHistory(${btc}, limit: 3) { timestamp datetime rate }
    openInterestHistory(${btc}, limit: 2) { symbol amount value timestamp receivedAt stale }
  }`);
  expect(errors).toEqual([]);
  expect(data.fundingRateHistory).toHaveLength(3);
  for (const { timestamp, datetime } of data.fundingRateHistory) expect(Date.parse(datetime)).toBe(timestamp);
  const [first, second] = data.openInterestHistory;
  expect(second.timestamp - first.timestamp).toBe(3_600_000);
  expect([first.stale, second.value > 0]).toEqual([false, true]);

  const refused = await running.query(
    `{ a: fundingRateHistory(${btc}, limit: 0) { rate } b: openInterestHistory(${btc}, timeframe: "3d") { amount } }`,
  );
  expect(refused.errors.map(({ extensions }) => extensions?.code).toSorted()).toEqual([
    'BAD_USER_INPUT',
    'TIMEFRAME_NOT_SUPPORTED',
  ]);
});

test('a timeframe that the exchange does not have names those that it has', async () => {
  const { errors } = await running.query(
    '{ openInterestHistory(exchange: "sim", symbol: "BTC/USDT:USDT", timeframe: "7m") { amount } }',
  );
  expect(errors).toMatchObject([
    {
      message: expect.stringMatching(/^sim has no past open interest by 7m; it has 1s, 1m, 5m, /),
      extensions: { code: 'TIMEFRAME_NOT_SUPPORTED', exchange: 'sim' },
    },
  ]);
});

test('an exchange without funding names one that has it', async () => {
  const { errors } = await running.query('{ fundingRate(exchange: "kraken", symbol: "BTC/USD") { rate } }');
  expect(errors).toMatchObject([
    {
      message: 'kraken offers no funding rates; binance does.',
      extensions: { code: 'NOT_SUPPORTED', exchange: 'kraken', suggestions: ['binance'] },
    },
  ]);
});

test('an answer is kept for as long as its rate is fresh', async () => {
  const ask = () => running.query(`{ kept: fundingRate(${btc}) { receivedAt } }`);
  const first = await ask();
  binance.reset();
  expect((await ask()).data).toEqual(first.data);
  expect(binance.count()).toBe(0);
});
