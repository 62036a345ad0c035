import type { Trade as CcxtTrade } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import { contentOf, type Trade } from '../../market/model/trade.ts';
import { mayBeNegative, mayBeZero, toAmount, toInstant, toNumber, toPastInstant, toPrice } from './numbers.ts';
import { type PricedMarket, toAmountOfCost, toCost } from './trade-cost.ts';

/**
 * ccxt's trades of a market in our terms: oldest first, each once. A row that comes twice with the same id is one trade;
 * those without an id are all different ones, and so are those that have an id which the exchange gives to different
 * trades: they are numbered among equals (`nth`). What has amount 0, or price 0 where no price can be 0, is left out: it is no trade but a placeholder, which Binance's
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
  const all = rows.flatMap((row) => toTrade(exchange, market, row, now) ?? []);
  const { byId, repeated } = groupIds(all);
  const counts = new Map<string, number>();
  const trades: Trade[] = [];
  for (const trade of all) {
    if (trade.id !== null && !repeated.has(trade.id)) {
      if (byId.get(trade.id) === trade) trades.push(trade);
      continue;
    }
    const content = contentOf(trade);
    const nth = (counts.get(content) ?? 0) + 1;
    counts.set(content, nth);
    trades.push(Object.freeze({ ...trade, nth }));
  }
  return trades.sort((a, b) => a.timestamp - b.timestamp);
}

/** The first trade of each id, and the ids that trades with different contents have. */
function groupIds(trades: readonly Trade[]): {
  readonly byId: ReadonlyMap<string, Trade>;
  readonly repeated: ReadonlySet<string>;
} {
  const byId = new Map<string, Trade>();
  const repeated = new Set<string>();
  for (const trade of trades) {
    if (trade.id === null) continue;
    const known = byId.get(trade.id);
    if (!known) byId.set(trade.id, trade);
    else if (contentOf(known) !== contentOf(trade)) repeated.add(trade.id);
  }
  return { byId, repeated };
}

function toTrade(exchange: string, market: PricedMarket, row: CcxtTrade, now: number): Trade | null {
  const { symbol } = market;
  const [timestamp, price, reported] = [toInstant(row.timestamp), toNumber(row.price), toNumber(row.cost)];
  const given = toNumber(row.amount);
  const amount = given === null && price && reported !== null ? toAmountOfCost(market, price, reported) : given;
  const allowsNegative = mayBeNegative(symbol);
  if (amount === 0 || (price === 0 && !mayBeZero(symbol))) return null;
  if (timestamp === null || price === null || amount === null) {
    throw unreadable(exchange, symbol, 'with a missing number');
  }
  if (toPastInstant(timestamp, now) === null) throw unreadable(exchange, symbol, 'with an impossible time');
  if (toPrice(price, allowsNegative) === null || toAmount(amount) === null) {
    throw unreadable(exchange, symbol, 'with a negative number');
  }
  return Object.freeze({
    exchange,
    symbol,
    id: toId(row),
    timestamp,
    price,
    amount,
    cost: toCost(exchange, market, { price, amount, reported }),
    side: row.side === 'buy' || row.side === 'sell' ? row.side : null,
  });
}

/**
 * The exchange's id of a trade; null where it gives none. ccxt may compose one of time, side, amount and price, which two
 * equal trades share (createCcxtTradeId of its base class, used by mexc.js): it tells nothing that the content does not.
 */
function toId({ id, timestamp, side }: CcxtTrade): string | null {
  if (typeof id !== 'string' || id === '') return null;
  return id.startsWith(`${timestamp}-${side}-`) ? null : id;
}

function unreadable(exchange: string, symbol: string, how: string): MarketDataError {
  const message = `${exchange} sent a trade for ${symbol} ${how}.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
}
