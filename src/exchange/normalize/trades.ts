import type { Trade as CcxtTrade } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import { contentOf, type Trade } from '../../market/model/trade.ts';
import { mayBeNegative, mayBeZero, toAmount, toInstant, toNumber, toPastInstant, toPrice } from './numbers.ts';
import { type PricedMarket, toAmountOfCost, toCost } from './trade-cost.ts';

/**
 * Converts ccxt's trades of a market: oldest first, without duplicates. Rows with the same id and content are one
 * trade. Rows without an id are all different trades, and so are rows with an id that the exchange gives to different
 * trades: those with equal content are numbered (`nth`). Rows with amount 0, or with price 0 if a price cannot be 0,
 * are left out: they are placeholders, which Binance's futures stream sends for trades that are not public ("X": "NA").
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

/** The first trade of each id, and the ids that several different trades have. */
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
 * The exchange's id of a trade; null if it gives none. ccxt may compose an id from time, side, amount and price
 * (createCcxtTradeId of its base class, used by mexc.js). Two equal trades share such an id, and it adds nothing to the
 * content.
 */
function toId({ id, timestamp, side }: CcxtTrade): string | null {
  if (typeof id !== 'string' || id === '') return null;
  return id.startsWith(`${timestamp}-${side}-`) ? null : id;
}

function unreadable(exchange: string, symbol: string, how: string): MarketDataError {
  const message = `${exchange} sent a trade for ${symbol} ${how}.`;
  return new MarketDataError('BAD_EXCHANGE_RESPONSE', message, { exchange, symbol });
}
