import { ProxySettingsError, readProxySettings } from '../proxy/settings.ts';
import type { ExchangeOptions } from './instance.ts';

/**
 * Why the options of an exchange cannot work, as a sentence that does not contain their values; null if they can.
 * `hasTestNetwork` is true if ccxt knows a test network of the exchange.
 */
export function findOptionFault(exchange: string, options: ExchangeOptions, hasTestNetwork: boolean): string | null {
  const { sandbox } = options;
  if (sandbox !== undefined && typeof sandbox !== 'boolean') return `sandbox of ${exchange} must be true or false.`;
  if (sandbox && !hasTestNetwork && !namesTestNetwork(options.urls)) {
    return `${exchange} has no test network; remove sandbox from its options.`;
  }
  try {
    readProxySettings(exchange, options);
    return null;
  } catch (error) {
    if (error instanceof ProxySettingsError) return error.message;
    throw error;
  }
}

function namesTestNetwork(urls: unknown): boolean {
  return typeof urls === 'object' && urls !== null && 'test' in urls;
}
