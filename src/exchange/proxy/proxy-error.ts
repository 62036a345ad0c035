import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/**
 * A proxy failed, and not the exchange behind it. The message names the proxy for the log, without username and
 * password; clients must not see it.
 */
export class ProxyError extends ccxtErrors.NetworkError {
  override readonly name = 'ProxyError';
}
