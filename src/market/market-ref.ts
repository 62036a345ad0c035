/** Names one market. */
export interface MarketRef {
  readonly exchange: string;
  /** Unified symbol: `BTC/USDT`, or `BTC/USDT:USDT` for a contract settled in USDT. */
  readonly symbol: string;
}

/** The key of a market in maps and caches. */
export function toMarketKey({ exchange, symbol }: MarketRef): string {
  return `${exchange}\n${symbol}`;
}

/** The key of all markets of an exchange that are of one kind: their calls go to the same address, and share batches. */
export function toKindKey({ exchange, symbol }: MarketRef): string {
  return `${exchange}\n${marketKind(symbol)}`;
}

export function isContract({ symbol }: Pick<MarketRef, 'symbol'>): boolean {
  return marketKind(symbol) !== 'spot';
}

/**
 * The kind of market that a unified symbol names, derived from its form alone: `spot` (`BTC/USDT`), `linear`
 * (`BTC/USDT:USDT`) or `inverse` (`BTC/USD:BTC`). `dated` follows `linear` or `inverse` if the contract expires
 * (`BTC/USDT:USDT-301227`), and `option` follows if it is an option (`BTC/USDT:USDT-301227-100000-C`).
 * Exchanges serve these kinds from different addresses. Source: ccxt Manual, "Contract Naming Conventions".
 */
export function marketKind(symbol: string): string {
  const [pair = '', contract] = symbol.split(':', 2);
  if (contract === undefined) return 'spot';
  const [settle, ...terms] = contract.split('-');
  const settlement = pair.startsWith(`${settle}/`) ? 'inverse' : 'linear';
  if (terms.length === 0) return settlement;
  return `${settlement} ${/^[CP]$/.test(terms.at(-1) ?? '') ? 'option' : 'dated'}`;
}
