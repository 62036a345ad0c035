import type { Exchange, Ticker } from 'ccxt';

/** Stands in a ticker's `info` for a row that ccxt could not parse. */
export class UnreadableRow {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * Makes a row that an instance cannot parse, such as one with the price "NaN", spoil its own ticker only: ccxt would
 * throw for all tickers of the answer. Such a ticker has an UnreadableRow as its `info`, and a symbol only where ccxt
 * knew that before it read the row.
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

/** The ticker itself, undefined where ccxt gave none; throws what ccxt threw when it could not parse it. */
export function requireReadable(ticker: Ticker | undefined): Ticker | undefined {
  if (ticker?.info instanceof UnreadableRow) throw ticker.info.error;
  return ticker;
}
