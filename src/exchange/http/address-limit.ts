import type { Exchange } from 'ccxt';
import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/**
 * The longest path with query that is sent, in characters. Kraken answers 414 from some 4,100 (ccxt#11876); servers that
 * accept more are known, but none of an exchange that refuses less.
 */
export const maxAddressLength = 4000;

/** An address that is too long to be sent. */
export class AddressTooLong extends ccxtErrors.BadRequest {
  /** Of the path with its query, in characters. */
  readonly length: number;

  constructor(exchange: string, length: number) {
    super(`${exchange} would be sent an address of ${length} characters; at most ${maxAddressLength} are safe`);
    this.length = length;
  }
}

/** Makes an instance reject with AddressTooLong instead of sending an address that is too long. */
export function limitAddresses(exchange: Exchange): void {
  const undiciRequest = exchange.undiciRequest.bind(exchange);
  exchange.undiciRequest = async (url, params) => {
    const length = url.length - new URL(url).origin.length;
    if (length > maxAddressLength) throw new AddressTooLong(exchange.id, length);
    return undiciRequest(url, params);
  };
}
