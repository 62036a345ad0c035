import type { Logger } from 'pino';
import type { ThrottledLog } from '../../base/throttled-log.ts';
import type { Exchanges } from '../../exchange/clients/exchanges.ts';
import { ProxyError } from '../../exchange/proxy/proxy-error.ts';

const advice = 'Check the proxy, and its address, name and password in EXCHANGE_CONFIG; no connection goes past it.';

/** Logs which proxy fails, once a minute for each exchange. Clients learn only that there is a proxy. */
export interface ProxyLog {
  /** A call to the exchange failed. */
  onCallError(exchange: string, error: unknown): void;
  /** A stream of the exchange failed. */
  onStreamError(exchange: string, error: unknown): void;
}

export function createProxyLog(log: ThrottledLog): ProxyLog {
  const warn = (exchange: string, error: unknown, effect: string): void => {
    if (!(error instanceof ProxyError)) return;
    log.write('warn', `proxy ${effect}`, { exchange }, `${effect} ${error.message} ${advice}`);
  };
  return {
    onCallError: (exchange, error) => warn(exchange, error, `${exchange} cannot be asked.`),
    onStreamError: (exchange, error) => warn(exchange, error, `${exchange} does not stream, and is polled.`),
  };
}

/** Logs a warning for each exchange that is polled although ccxt streams it, since its relay cannot carry streams. */
export function warnOfRelays(log: Logger, exchanges: Exchanges): void {
  for (const { id, streaming } of exchanges.catalogue.exchanges) {
    if (!streaming || exchanges.mayStream(id)) continue;
    const message = `proxyUrl of ${id} carries requests only, so its subscriptions are polled; give it wsProxy or wsSocksProxy too for streams.`;
    log.warn({ exchange: id }, message);
  }
}
