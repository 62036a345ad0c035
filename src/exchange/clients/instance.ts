import type { Exchange } from 'ccxt';
import { MarketDataError } from '../../market/errors.ts';
import type { ExchangeClass } from '../ccxt/load-ccxt.ts';
import { correctVolumes } from '../normalize/volumes.ts';
import { routeThroughProxies } from '../proxy/route.ts';
import { readProxySettings, withoutProxies } from '../proxy/settings.ts';
import { correctRequestCosts } from '../quirks/rest-quirks.ts';
import { requireCandleTimes } from './candle-times.ts';

/**
 * ccxt constructor options of one exchange, as the exchange file gives them; `sandbox: true` selects its test network.
 */
export type ExchangeOptions = Readonly<Record<string, unknown>>;

/**
 * A ccxt instance with these options, which reaches its exchange through the proxies among them. Throws NOT_SUPPORTED
 * for a test network that does not exist, a ProxySettingsError for proxies that cannot work, and ccxt's own error for
 * options that ccxt rejects.
 */
export function createInstance(Class: ExchangeClass, given: ExchangeOptions, timeoutMs: number): Exchange {
  const { sandbox, ...options } = given;
  const exchange = new Class({
    timeout: timeoutMs,
    // ccxt would keep the last body and headers of each instance in memory.
    enableLastHttpResponse: false,
    enableLastResponseHeaders: false,
    ...withoutProxies(options),
    // ccxt would print requests, with their keys, between the lines of our log.
    verbose: false,
  });
  routeThroughProxies(exchange, readProxySettings(exchange.id, options), timeoutMs);
  if (sandbox === true) enterSandbox(exchange);
  correctRequestCosts(exchange);
  requireCandleTimes(exchange);
  correctVolumes(exchange);
  return exchange;
}

/** Without a test network, ccxt would continue without any address. */
function enterSandbox(exchange: Exchange): void {
  if (!exchange.urls.test) {
    const message = `${exchange.id} has no test network: remove sandbox from its options.`;
    throw new MarketDataError('NOT_SUPPORTED', message, { exchange: exchange.id });
  }
  exchange.setSandboxMode(true);
}
