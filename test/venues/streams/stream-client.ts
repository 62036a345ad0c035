import type { Exchange } from 'ccxt';
import { vi } from 'vitest';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import type { Venue } from '../venue.ts';

/** A stand-in and a ccxt class that streams from it, with loaded markets. */
export interface StreamClient {
  readonly venue: Venue;
  readonly exchange: Exchange;
  close(): Promise<void>;
}

/** Starts both. ccxt reconnects without delay; `options` are further constructor options. Close it when done. */
export async function startStreaming(
  id: string,
  create: () => Promise<Venue>,
  options: Readonly<Record<string, unknown>> = {},
): Promise<StreamClient> {
  const venue = await create();
  const ExchangeClass = await loadExchangeClass(id, true);
  const exchange = new ExchangeClass({
    ...venue.exchangeConfig,
    enableRateLimit: false,
    options: { ws: { backoff: { base: 0, max: 0 } } },
    ...options,
  });
  await exchange.loadHttpProxyAgent();
  await exchange.loadMarkets();
  return {
    venue,
    exchange,
    close: async () => {
      await exchange.close();
      await venue.close();
    },
  };
}

/** Resolves when the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 5000, interval: 2 });
}

/** A watch whose outcome is checked later: it may reject meanwhile. */
export interface Watch<T> {
  readonly promise: Promise<T>;
  isPending(): boolean;
}

/** Keeps a promise for later. */
export function keep<T>(promise: Promise<T>): Watch<T> {
  let pending = true;
  const settle = (): void => {
    pending = false;
  };
  promise.then(settle, settle);
  return { promise, isPending: () => pending };
}
