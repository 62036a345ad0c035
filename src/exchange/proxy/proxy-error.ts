import { ccxtErrors } from '../ccxt/load-ccxt.ts';

/**
 * A proxy failed, and not the exchange behind it. Its message names the proxy, for the log, without a name and password:
 * no client may see it.
 */
export class ProxyError extends ccxtErrors.NetworkError {
  override readonly name = 'ProxyError';
}
