import type { Exchange } from 'ccxt';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/**
 * The longest path with query that is sent, in characters. Kraken answers 414 from some 4,100 (ccxt#11876); servers that
 * accept more are known, but none of an exchange that refuses less.
 */
export const maxUrlLength = 4000;

/** An address that is too long to be sent. */
export class UrlTooLong extends ccxtErrors.BadRequest {
  /** Of the path with its query, in characters. */
  readonly length: number;

  constructor(exchange: string, length: number) {
    super(`${exchange} would be sent a URL of ${length} characters; at most ${maxUrlLength} are safe`);
    this.length = length;
  }
}

/** Makes an instance reject with UrlTooLong instead of sending an address that is too long. */
export function limitUrlLength(exchange: Exchange): void {
  const undiciRequest = exchange.undiciRequest.bind(exchange);
  exchange.undiciRequest = async (url, params) => {
    const length = url.length - new URL(url).origin.length;
    if (length > maxUrlLength) throw new UrlTooLong(exchange.id, length);
    return undiciRequest(url, params);
  };
}
