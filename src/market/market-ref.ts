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

/**
 * Which of an exchange's few kinds of markets a unified symbol names, by its form alone: spot (`BTC/USDT`), or contracts
 * by how they settle (`BTC/USDT:USDT` linear, `BTC/USD:BTC` inverse), whether they end (`BTC/USDT:USDT-301227` dated), and
 * whether they are options (`BTC/USDT:USDT-301227-100000-C`).
 * Exchanges serve these from different addresses. Source: ccxt Manual, "Contract Naming Conventions".
 */
export function marketKind(symbol: string): string {
  const [pair = '', contract] = symbol.split(':', 2);
  if (contract === undefined) return 'spot';
  const [settle, ...terms] = contract.split('-');
  const settlement = pair.startsWith(`${settle}/`) ? 'inverse' : 'linear';
  if (terms.length === 0) return settlement;
  return `${settlement} ${/^[CP]$/.test(terms.at(-1) ?? '') ? 'option' : 'dated'}`;
}
