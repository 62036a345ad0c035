import type { Exchange } from 'ccxt';
import { ccxtErrors } from './ccxt.ts';

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

/** Counts what an instance sends. */
export interface RequestGauge {
  /** Requests sent since the instance was made. ccxt refuses some calls itself, which are none. */
  readonly sent: number;
}

/** Makes an instance reject with AddressTooLong instead of sending an address that is too long, and counts what it sends. */
export function limitAddresses(exchange: Exchange): RequestGauge {
  let sent = 0;
  const undiciRequest = exchange.undiciRequest.bind(exchange);
  exchange.undiciRequest = async (url, params) => {
    const length = url.length - new URL(url).origin.length;
    if (length > maxAddressLength) throw new AddressTooLong(exchange.id, length);
    sent += 1;
    return undiciRequest(url, params);
  };
  return {
    get sent() {
      return sent;
    },
  };
}
