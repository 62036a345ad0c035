import type { Clock } from '../../../../src/base/clock.ts';
import { OrderBookCache } from '../../../../src/cache/order-books.ts';
import { TickerCache } from '../../../../src/cache/tickers.ts';
import type { MarketData } from '../../../../src/market/ports/market-data.ts';
import { FakeMarketData } from '../../fakes/fake-market-data.ts';

/** Tickers and order books of the upstream with caches, as in the server. Markets and screens without; the rest is fake. */
export function withCaches(
  upstream: Pick<MarketData, 'fetchTickers' | 'fetchOrderBook' | 'fetchMarkets' | 'fetchAllTickers'>,
  clock: Clock,
  ttlMs = 1000,
): FakeMarketData {
  const options = { upstream, clock, ttlMs, staleMaxMs: 60_000 };
  const tickers = new TickerCache(options);
  const books = new OrderBookCache(options);
  const port = new FakeMarketData(clock);
  port.fetchTickers = (...given) => tickers.fetchTickers(...given);
  port.fetchOrderBook = (...given) => books.fetchOrderBook(...given);
  port.fetchMarkets = (exchange) => upstream.fetchMarkets(exchange);
  port.fetchAllTickers = (...given) => upstream.fetchAllTickers(...given);
  return port;
}
