import type { Exchange, Ticker } from 'ccxt';

/** Takes the place of a ticker's `info` for a row that ccxt could not parse. */
export class UnreadableRow {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * Limits the damage of a row that an instance cannot parse, such as one with the price "NaN", to the ticker of that
 * row. Without this, ccxt would throw for all tickers of the response. Such a ticker has an UnreadableRow as its
 * `info`, and a symbol only if ccxt knew it before it read the row.
 */
export function isolateTickerRows(exchange: Exchange): void {
  const parseTicker = exchange.parseTicker.bind(exchange);
  exchange.parseTicker = (row, market) => {
    try {
      return parseTicker(row, market);
    } catch (error) {
      return exchange.extend({ symbol: market?.symbol, info: new UnreadableRow(error) });
    }
  };
}

/** The ticker itself, or undefined if ccxt gave none. Throws what ccxt threw when it could not parse the row. */
export function requireReadable(ticker: Ticker | undefined): Ticker | undefined {
  if (ticker?.info instanceof UnreadableRow) throw ticker.info.error;
  return ticker;
}
