/** Names one market: the exchange's id in ccxt and the unified symbol. */
export interface MarketRef {
  readonly exchange: string;
  readonly symbol: string;
}

/** `kraken:BTC/USD`: ids of exchanges contain no colon, symbols of contracts do. */
export function toKey({ exchange, symbol }: MarketRef): string {
  return `${exchange}:${symbol}`;
}

/** The market of a key; null for anything else. */
export function parseKey(key: string): MarketRef | null {
  const colon = key.indexOf(':');
  if (colon < 1 || colon === key.length - 1) return null;
  return { exchange: key.slice(0, colon), symbol: key.slice(colon + 1) };
}
