import { toTrades } from '../../normalize/trades.ts';
import type { Watch } from './watch.ts';

export const tradeWatch: Watch<'trades'> = {
  capabilities: ['STREAM_TRADES'],
  next: async (exchange, { symbol, exchange: id }, now) =>
    toTrades(id, exchange.market(symbol), await exchange.watchTrades(symbol), now()),
  unwatch: (exchange, { symbol }) => (exchange.has.unWatchTrades ? exchange.unWatchTrades(symbol) : null),
};
