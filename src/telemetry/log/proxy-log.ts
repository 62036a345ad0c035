import type { Logger } from 'pino';
import type { ThrottledLog } from '../../base/throttled-log.ts';
import type { Exchanges } from '../../exchange/clients/exchanges.ts';
import { ProxyError } from '../../exchange/proxy/proxy-error.ts';

const advice =
  'Check the proxy, and its address, user name and password in EXCHANGE_CONFIG. No connection bypasses it.';

/** Logs which proxy fails, once a minute for each exchange. Clients learn only that a proxy is in use. */
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
    onCallError: (exchange, error) => warn(exchange, error, `Calls to ${exchange} fail.`),
    onStreamError: (exchange, error) => warn(exchange, error, `Streams of ${exchange} fail; it is polled instead.`),
  };
}

/** Logs a warning for each exchange that is polled although ccxt can stream it, because its relay cannot carry streams. */
export function warnOfRelays(log: Logger, exchanges: Exchanges): void {
  for (const { id, streaming } of exchanges.catalogue.exchanges) {
    if (!streaming || exchanges.mayStream(id)) continue;
    const message = `proxyUrl of ${id} carries only requests, so its subscriptions are polled; for streams, set wsProxy or wsSocksProxy too.`;
    log.warn({ exchange: id }, message);
  }
}
