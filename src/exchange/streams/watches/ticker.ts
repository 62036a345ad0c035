import { MarketDataError } from '../../../market/errors.ts';
import { toTicker } from '../../normalize/ticker.ts';
import { newestOf } from './newest.ts';
import type { Watch } from './watch.ts';

export const tickerWatch: Watch<'ticker'> = {
  capabilities: ['STREAM_TICKER', 'STREAM_TICKERS'],
  next: async (exchange, { symbol, exchange: id }, now) => {
    const ticker = exchange.has.watchTicker
      ? await exchange.watchTicker(symbol)
      : (await exchange.watchTickers([symbol]))[symbol];
    if (!ticker) throw new MarketDataError('BAD_EXCHANGE_RESPONSE', `${id} pushed no ticker for ${symbol}.`);
    const newest = newestOf(exchange.tickers, symbol, ticker);
    return Object.freeze({ ...toTicker(id, symbol, newest, now()), source: 'STREAM' });
  },
  unwatch: (exchange, { symbol }) => {
    if (exchange.has.watchTicker) return exchange.has.unWatchTicker ? exchange.unWatchTicker(symbol) : null;
    return exchange.has.unWatchTickers ? exchange.unWatchTickers([symbol]) : null;
  },
};
