import { MarketDataError } from '../../market/errors.ts';
import { quote } from '../../market/model/not-found.ts';
import { contentOf, distinctId, type Trade } from '../../market/model/trade.ts';

interface MarketName {
  readonly exchange: string;
  readonly symbol: string;
}

/** What the id of a node names. */
export type NodeName =
  | { readonly type: 'Exchange'; readonly exchange: string }
  | ({ readonly type: 'Market' } & MarketName)
  | ({ readonly type: 'Ticker' } & MarketName)
  | ({ readonly type: 'OrderBook'; readonly limit: number } & MarketName);

// Ids are unique over all types, and plain for people who look into a cache. No exchange has a colon in its id, but
// symbols do: the symbol comes last, so that every symbol is read as it was written. An exchange's id is ccxt's own.

export function toMarketId({ exchange, symbol }: MarketName): string {
  return `Market:${exchange}:${symbol}`;
}

export function toTickerId({ exchange, symbol }: MarketName): string {
  return `Ticker:${exchange}:${symbol}`;
}

export function toOrderBookId({ exchange, symbol }: MarketName, limit: number): string {
  return `OrderBook:${exchange}:${limit}:${symbol}`;
}

/**
 * The id of a trade: of exchange, symbol and the exchange's own id or, where that does not tell the trade from others, what
 * makes it that trade and its number among equals. The last part of either has no colon, and only the second has commas.
 */
export function toTradeId(trade: Trade): string {
  const id = distinctId(trade);
  const last = id === null ? `${contentOf(trade)},${trade.nth ?? 1}` : id.replace(/[%:,]/g, encodeURIComponent);
  return `Trade:${trade.exchange}:${trade.symbol}:${last}`;
}

/** Reads an id as it is given by `id` of the types that are nodes. Throws BAD_USER_INPUT. */
export function parseNodeId(id: string): NodeName {
  const name = readNodeId(id);
  if (name) return name;
  throw new MarketDataError(
    'BAD_USER_INPUT',
    id.startsWith('Trade:')
      ? 'node cannot fetch a trade by its id, since exchanges do not: ask for the trades of its market.'
      : `${quote(id)} is not the id of a node: ids are what the field id of an Exchange, Market, Ticker or OrderBook gives, such as kraken, Market:kraken:BTC/USD, Ticker:kraken:BTC/USD or OrderBook:kraken:20:BTC/USD.`,
  );
}

/** The same; null where it is not such an id. */
export function readNodeId(id: string): NodeName | null {
  if (id !== '' && !id.includes(':')) return { type: 'Exchange', exchange: id };
  const [, type, exchange = '', symbol = ''] = /^(Market|Ticker):([^:]+):(.+)$/s.exec(id) ?? [];
  if (type === 'Market' || type === 'Ticker') return { type, exchange, symbol };
  // A number that is written otherwise would be the same node with another id.
  const book = /^OrderBook:([^:]+):(0|[1-9]\d{0,8}):(.+)$/s.exec(id);
  return book && { type: 'OrderBook', exchange: book[1] ?? '', limit: Number(book[2]), symbol: book[3] ?? '' };
}
