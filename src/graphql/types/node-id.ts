import { MarketDataError } from '../../market/errors.ts';
import { quote } from '../../market/model/not-found.ts';
import { contentOf, distinctId, type Trade } from '../../market/model/trade.ts';

interface MarketName {
  readonly exchange: string;
  readonly symbol: string;
}

/** The object that a node id identifies. */
export type NodeRef =
  | { readonly type: 'Exchange'; readonly exchange: string }
  | ({ readonly type: 'Market' } & MarketName)
  | ({ readonly type: 'Ticker' } & MarketName)
  | ({ readonly type: 'FundingRate' } & MarketName)
  | ({ readonly type: 'OrderBook'; readonly limit: number } & MarketName);

// Ids are unique across all types, and readable for people who inspect a cache. Exchange ids contain no colon, but symbols
// do. The symbol therefore comes last, so that every symbol can be parsed. The id of an exchange is ccxt's own id.

export function toMarketId({ exchange, symbol }: MarketName): string {
  return `Market:${exchange}:${symbol}`;
}

export function toTickerId({ exchange, symbol }: MarketName): string {
  return `Ticker:${exchange}:${symbol}`;
}

export function toFundingRateId({ exchange, symbol }: MarketName): string {
  return `FundingRate:${exchange}:${symbol}`;
}

export function toOrderBookId({ exchange, symbol }: MarketName, limit: number): string {
  return `OrderBook:${exchange}:${limit}:${symbol}`;
}

/**
 * The id of a trade consists of exchange, symbol and the exchange's own trade id. If that id does not distinguish the trade
 * from others, its content and its number among equal trades are used instead. The last part never contains a colon, and
 * contains commas only in the second form, so that the two forms cannot collide.
 */
export function toTradeId(trade: Trade): string {
  const id = distinctId(trade);
  const key = id === null ? `${contentOf(trade)},${trade.nth ?? 1}` : id.replace(/[%:,]/g, encodeURIComponent);
  return `Trade:${trade.exchange}:${trade.symbol}:${key}`;
}

/** Parses the `id` of a type that implements Node. Throws BAD_USER_INPUT. */
export function parseNodeId(id: string): NodeRef {
  const ref = tryParseNodeId(id);
  if (ref) return ref;
  throw new MarketDataError(
    'BAD_USER_INPUT',
    id.startsWith('Trade:')
      ? 'node cannot fetch a trade by its id, because exchanges do not offer that: query the trades of its market.'
      : `${quote(id)} is not the id of a node: use the id of an Exchange, Market, Ticker, FundingRate or OrderBook, such as kraken, Market:kraken:BTC/USD, Ticker:kraken:BTC/USD, FundingRate:krakenfutures:BTC/USD:USD or OrderBook:kraken:20:BTC/USD.`,
  );
}

/** Like `parseNodeId`, but returns null if the id is invalid. */
export function tryParseNodeId(id: string): NodeRef | null {
  if (id !== '' && !id.includes(':')) return { type: 'Exchange', exchange: id };
  const [, type, exchange = '', symbol = ''] = /^(Market|Ticker|FundingRate):([^:]+):(.+)$/s.exec(id) ?? [];
  if (type === 'Market' || type === 'Ticker' || type === 'FundingRate') return { type, exchange, symbol };
  // Only the canonical form of a number: another form would be a second id for the same node.
  const book = /^OrderBook:([^:]+):(0|[1-9]\d{0,8}):(.+)$/s.exec(id);
  return book && { type: 'OrderBook', exchange: book[1] ?? '', limit: Number(book[2]), symbol: book[3] ?? '' };
}
