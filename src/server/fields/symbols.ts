/**
 * Reads a symbol where a slash is awkward, as in a path: `BTC-USDT` is BTC/USDT, and `BTC-USDT:USDT` is BTC/USDT:USDT. In
 * a symbol with a slash, hyphens are part of the symbol, as in BTC/USD:BTC-240628-60000-C. Repeated slashes count as one.
 */
export function toSymbol(text: string): string {
  return text.includes('/') ? text.replace(/\/{2,}/g, '/') : text.replace('-', '/');
}
