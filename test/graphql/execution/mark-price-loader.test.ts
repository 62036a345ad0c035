import { beforeEach, expect, test } from 'vitest';
import { Freshness } from '../../../src/graphql/execution/freshness.ts';
import { MarkPriceLoader } from '../../../src/graphql/execution/mark-price-loader.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const btc = { exchange: 'kraken', symbol: 'BTC/USDT:USDT' };
const eth = { exchange: 'kraken', symbol: 'ETH/USDT:USDT' };

let clock: ManualClock;
let port: FakeMarketData;
let freshness: Freshness;
let loader: MarkPriceLoader;

beforeEach(() => {
  clock = new ManualClock();
  port = new FakeMarketData(clock);
  port.has.push('MARK_PRICE');
  port.markPrices.set(btc.symbol, { markPrice: 5 });
  port.markPrices.set(eth.symbol, { markPrice: 3 });
  freshness = new Freshness();
  loader = new MarkPriceLoader({ marketData: port, freshness, clock });
});

/** The outcome of a load if it is there by now: the price, the code of the error, or null. */
async function settled(loading: ReturnType<MarkPriceLoader['load']>): Promise<unknown> {
  let outcome: unknown = null;
  loading?.then(
    ({ markPrice }) => {
      outcome = markPrice;
    },
    (error: MarketDataError) => {
      outcome = error.code;
    },
  );
  await clock.advance(0);
  return outcome;
}

test('markets that are asked for together are one call per exchange, each market once', async () => {
  const other = { ...btc, exchange: 'binance' };
  const loading = [btc, eth, btc, other].map((market) => loader.load(market, false));
  expect((await Promise.all(loading)).map((price) => price?.markPrice)).toEqual([5, 3, 5, 5]);
  expect(port.markPrices.calls.map(({ exchange, symbols }) => [exchange, symbols])).toEqual([
    ['kraken', [btc.symbol, eth.symbol]],
    ['binance', [btc.symbol]],
  ]);
});

test('spot markets, and exchanges without such a call, are not asked for', () => {
  expect(loader.load({ exchange: 'kraken', symbol: 'BTC/USDT' }, false)).toBeNull();
  port.has.length = 0;
  expect(loader.load(btc, false)).toBeNull();
  expect(loader.load(btc, true)).toBeNull();
  expect(port.markPrices.calls).toEqual([]);
});

test('the freshness of the answer includes the mark price', async () => {
  freshness.markStatic();
  port.markPrices.freshUntil = 50;
  await loader.load(btc, false);
  expect(freshness.expiry).toMatchObject({ until: 50 });
});

test('one that fails rejects alone, and leaves the answer without an end', async () => {
  freshness.markStatic();
  port.markPrices.set(btc.symbol, new MarketDataError('TIMEOUT', 'too late'));
  port.markPrices.freshUntil = 50;
  const [failing, working] = [loader.load(btc, false), loader.load(eth, false)];
  await expect(failing).rejects.toMatchObject({ code: 'TIMEOUT', details: { symbol: btc.symbol } });
  expect((await working)?.markPrice).toBe(3);
  expect(freshness.expiry).toBeNull();
});

test('a query waits for as long as the call takes', async () => {
  const release = port.markPrices.hold();
  const loading = loader.load(btc, false);
  await clock.advance(5000);
  release();
  expect((await loading)?.markPrice).toBe(5);
});

test('an event waits for a second, and later ones not at all until the call has ended', async () => {
  const release = port.markPrices.hold();
  const first = loader.load(btc, true);
  expect(await settled(first)).toBeNull();
  await clock.advance(999);
  expect(await settled(first)).toBeNull();
  await clock.advance(1);
  expect(await settled(first)).toBe('TIMEOUT');
  expect(await settled(loader.load(btc, true))).toBe('TIMEOUT');
  expect(port.markPrices.calls).toHaveLength(1);
  expect(await settled(loader.load(eth, true))).toBeNull();
  expect(port.markPrices.calls).toHaveLength(2);
  release();
  await clock.advance(0);
  expect(await settled(loader.load(btc, true))).toBe(5);
  expect(clock.pending).toBe(0);
});

test('an exchange that hangs does not delay the mark prices of others', async () => {
  const other = { ...btc, exchange: 'binance' };
  const release = port.markPrices.hold('binance');
  const [hanging, working] = [loader.load(other, true), loader.load(btc, true)];
  expect(await settled(working)).toBe(5);
  expect(await settled(hanging)).toBeNull();
  release();
  expect(await settled(hanging)).toBe(5);
  expect(clock.pending).toBe(0);
});
