import { expect, test } from 'vitest';
import { MarketSearch } from '../../../src/graphql/execution/market-search.ts';
import type { Market } from '../../../src/market/model/market.ts';
import { marketOf } from '../../support/fakes/market.ts';

/** Markets that count how often they are searched. */
class CountedMarkets extends Map<string, Market> {
  searches = 0;

  override values() {
    this.searches += 1;
    return super.values();
  }
}

function marketsOf(...bases: readonly string[]): CountedMarkets {
  const markets = new CountedMarkets();
  for (const base of bases) {
    const symbol = `${base}/USDT`;
    markets.set(symbol, marketOf('kraken', symbol));
  }
  return markets;
}

const symbolsOf = (markets: readonly Market[]): readonly string[] => markets.map(({ symbol }) => symbol);

test('a thousand fields with the same filter need one search', async () => {
  const [search, markets] = [new MarketSearch(), marketsOf('BTC', 'ETH')];
  const pending = Array.from({ length: 1000 }, () => search.find('kraken', markets, { search: 'btc-' }));
  for (const found of await Promise.all(pending)) expect(symbolsOf(found)).toEqual(['BTC/USDT']);
  expect(markets.searches).toBe(1);
});

test('another filter, another exchange and reloaded markets are searched again', async () => {
  const search = new MarketSearch();
  const [before, after, others] = [marketsOf('BTC'), marketsOf('BTC', 'ETH'), marketsOf('ADA')];
  expect(symbolsOf(await search.find('kraken', before, { search: 'usdt' }))).toEqual(['BTC/USDT']);
  expect(symbolsOf(await search.find('kraken', after, { search: 'usdt' }))).toEqual(['BTC/USDT', 'ETH/USDT']);
  expect(symbolsOf(await search.find('binance', others, { search: 'usdt' }))).toEqual(['ADA/USDT']);
  expect(symbolsOf(await search.find('kraken', after, { search: 'usdt', type: 'swap' }))).toEqual([]);
  expect(symbolsOf(await search.find('kraken', after, { search: 'usdt', active: false }))).toEqual([]);
});

test('the event loop gets turns during a thousand searches', async () => {
  const search = new MarketSearch();
  const markets = marketsOf(...Array.from({ length: 2000 }, (_, index) => `COIN${index}`));
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(
    Array.from({ length: 1000 }, (_, index) => search.find('kraken', markets, { search: `none ${index}` })),
  );
  const forFilters = turns;
  expect(forFilters).toBeGreaterThan(1);
  await Promise.allSettled(
    Array.from({ length: 100 }, (_, index) => search.require('kraken', `NIOC${index}`, markets)),
  );
  isOver = true;
  expect(turns - forFilters).toBeGreaterThan(1);
});
