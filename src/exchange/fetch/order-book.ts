import { MarketDataError } from '../../market/errors.ts';
import type { OrderBook, OrderBookQuery } from '../../market/model/order-book.ts';
import { maxRows, requireLimit } from '../../market/row-limits.ts';
import { can } from '../ccxt/capabilities.ts';
import type { ExchangeClient } from '../clients/exchange-client.ts';
import { findMarket } from '../clients/find-market.ts';
import { withLimit } from '../learned/with-limit.ts';
import { type CcxtOrderBook, missingLevels, toOrderBook } from '../normalize/order-book.ts';

/**
 * The order book of one market with at most `limit` levels per side (1 to 1000; exchanges may return fewer). Throws
 * NOT_SUPPORTED, BAD_USER_INPUT, SYMBOL_NOT_FOUND, and the exchange's errors.
 */
export async function fetchOrderBook(
  client: ExchangeClient,
  { symbol, limit }: OrderBookQuery,
  now: () => number,
): Promise<OrderBook> {
  const exchange = client.info.id;
  if (!can(client.ccxt, 'ORDER_BOOK')) {
    throw new MarketDataError('NOT_SUPPORTED', `${exchange} offers no order books.`, { exchange, symbol });
  }
  requireLimit(limit, { exchange, symbol });
  const market = findMarket(client, await client.markets(), symbol);
  const call = { name: 'orderBook', market };
  const ask = (levels: number): Promise<CcxtOrderBook> =>
    withLimit<CcxtOrderBook>(client.limits, {
      ...call,
      limit: Math.min(levels, maxRows),
      ask: (asked) => client.call((ccxt) => ccxt.fetchOrderBook(symbol, asked), { symbol }),
      countRows: ({ bids, asks }) => Math.max(...[bids, asks].map((side) => (Array.isArray(side) ? side.length : 0))),
    });
  const extra = client.limits.extraRowsOf(call);
  const asked = limit + extra;
  const answer = await ask(asked);
  const book = toOrderBook(exchange, symbol, answer, now(), limit);
  const missing = missingLevels(answer, book, { wanted: limit, asked });
  if (missing === 0 || asked >= maxRows) return book;
  client.limits.learnExtraRows(call, extra + missing);
  try {
    return toOrderBook(exchange, symbol, await ask(asked + missing), now(), limit);
  } catch {
    // A book is still valid without some of its last levels.
    return book;
  }
}
