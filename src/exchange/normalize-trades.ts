import type { Trade as CcxtTrade } from 'ccxt';
import { MarketDataError } from '../market/error.ts';
import type { Trade } from '../market/trade.ts';
import { type PricedMarket, toAmountOfCost, toCost } from './cost.ts';
import { mayBeNegative, mayBeZero, toAmount, toInstant, toNumber, toPastInstant, toPrice } from './numbers.ts';

/**
 * ccxt's trades of a market in our terms: oldest first, each id once; those without an id are all different ones. What
 * has amount 0, or price 0 where no price can be 0, is left out: it is no trade but a placeholder, which Binance's
 * futures stream has for what is not public ("X": "NA").
 * Throws BAD_EXCHANGE_RESPONSE if a trade has no time, price or amount that is possible at `now` (epoch ms): leaving it
 * out would hide a trade.
 */
export function toTrades(
  exchange: string,
  market: PricedMarket,
  rows: readonly CcxtTrade[],
  now: number,
): readonly Trade[] {
  const trades: Trade[] = [];
  const ids = new Set<string>();
  for (const row of rows) {
    const trade = toTrade(exchange, market, row, now);
    if (trade === null || (trade.id !== null && ids.has(trade.id))) continue;
    if (trade.id !== null) ids.add(trade.id);
    trades.push(trade);
  }
  return trades.sort((a, b) => a.timestamp - b.timestamp);
}

function toTrade(exchange: string, market: PricedMarket, row: CcxtTrade, now: number): Trade | null {
  const { symbol } = market;
  const [timestamp, price, reported] = [toInstant(row.timestamp), toNumber(row.price), toNumber(row.cost)];
  const given = toNumber(row.amount);
  const amount = given === null && price && reported !== null ? toAmountOfCost(market, price, reported) : given;
  const isFree = mayBeNegative(symbol);
  if (amount === 0 || (price === 0 && !mayBeZero(symbol))) return null;
  if (timestamp === null || price === null || amount === null) {
    throw unreadable(exchange, symbol, 'with a number missing');
  }
  if (toPastInstant(timestamp, now) === null) throw unreadable(exchange, symbol, 'from a time that cannot be');
  if (toPrice(price, isFree) === null || toAmount(amount) === null) {
    throw unreadable(exchange, symbol, 'with a negative number');
  }
  return Object.freeze({
    exchange,
    symbol,
    id: typeof row.id === 'string' && row.id !== '' ? row.id : null,
    timestamp,
    price,
    amount,
    cost: toCost(exchange, market, { price, amount, reported }),
    side: row.side === 'buy' || row.side === 'sell' ? row.side : null,
  });
}

function unreadable(exchange: string, symbol: string, how: string): MarketDataError {
  const message = `${exchange} sent a trade of ${symbol} ${how}.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
}
