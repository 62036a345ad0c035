import { expect, it, vi } from 'vitest';
import type { FetchOptions, MarketSource } from '../../../src/market/ports/market-data.ts';
import { connect, loadMarkets } from '../../support/exchange/venue-client.ts';

const market = { exchange: 'kraken', symbol: 'BTC/USD' } as const;
const hourMs = 3_600_000;

const fetches: readonly (readonly [string, (source: MarketSource, options?: FetchOptions) => Promise<unknown>])[] = [
  ['tickers', (source, options) => source.fetchTickers(market.exchange, [market.symbol], options)],
  ['an order book', (source, options) => source.fetchOrderBook({ ...market, limit: 5 }, options)],
  ['trades', (source, options) => source.fetchTrades({ ...market, limit: 5 }, options)],
  [
    'candles',
    (source, options) => {
      const until = Math.floor(Date.now() / hourMs) * hourMs;
      return source.fetchCandleRange({ ...market, timeframe: '1h', since: until - 10 * hourMs, until }, options);
    },
  ],
];

it.each(fetches)('a renewal of %s yields to other calls', async (_name, fetch) => {
  const connection = await connect('kraken');
  await loadMarkets(connection);
  const renewing = vi.spyOn(connection.client, 'renewing', 'get');
  await fetch(connection.source);
  expect(renewing).not.toHaveBeenCalled();
  await fetch(connection.source, { isRenewal: true });
  expect(renewing).toHaveBeenCalledTimes(1);
  await connection.close();
});
