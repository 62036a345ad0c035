import type { Exchange } from 'ccxt';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/**
 * The longest path with query that is sent, in characters. Kraken answers 414 from about 4,100 (ccxt#11876). Some
 * servers accept more; no exchange is known to accept less.
 */
export const maxUrlLength = 4000;

export class UrlTooLong extends ccxtErrors.BadRequest {
  /** Length of the path with its query, in characters. */
  readonly length: number;

  constructor(exchange: string, length: number) {
    super(`${exchange} would be sent a URL of ${length} characters; at most ${maxUrlLength} are safe`);
    this.length = length;
  }
}

/** Makes an instance reject with UrlTooLong instead of sending a URL that is too long. */
export function limitUrlLength(exchange: Exchange): void {
  const undiciRequest = exchange.undiciRequest.bind(exchange);
  exchange.undiciRequest = async (url, params) => {
    const length = url.length - new URL(url).origin.length;
    if (length > maxUrlLength) throw new UrlTooLong(exchange.id, length);
    return undiciRequest(url, params);
  };
}
