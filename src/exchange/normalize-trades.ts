import type { Trade as CcxtTrade } from 'ccxt';
import { MarketDataError } from '../market/error.ts';
import type { Trade } from '../market/trade.ts';
import { toInstant, toNumber } from './normalize.ts';

/**
 * ccxt's trades in our terms: oldest first, each id once; those without an id are all different ones. Throws
 * BAD_EXCHANGE_RESPONSE where one has no time, price or amount: leaving it out would hide a trade.
 */
export function toTrades(exchange: string, symbol: string, rows: readonly CcxtTrade[]): readonly Trade[] {
  const trades: Trade[] = [];
  const ids = new Set<string>();
  for (const row of rows) {
    const trade = toTrade(exchange, symbol, row);
    if (trade.id !== null && ids.has(trade.id)) continue;
    if (trade.id !== null) ids.add(trade.id);
    trades.push(trade);
  }
  return trades.sort((a, b) => a.timestamp - b.timestamp);
}

function toTrade(exchange: string, symbol: string, row: CcxtTrade): Trade {
  const [timestamp, price, amount] = [toInstant(row.timestamp), toNumber(row.price), toNumber(row.amount)];
  if (timestamp === null || price === null || amount === null) {
    const message = `${exchange} sent a trade of ${symbol} with a number missing.`;
    throw new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
  }
  return Object.freeze({
    exchange,
    symbol,
    id: typeof row.id === 'string' && row.id !== '' ? row.id : null,
    timestamp,
    price,
    amount,
    cost: toNumber(row.cost),
    side: row.side === 'buy' || row.side === 'sell' ? row.side : null,
  });
}
