import type { Capability, ExchangeInfo } from '../../../src/market/model/exchange.ts';

/** An exchange that can do this. */
export function toExchangeInfo(id: string, has: readonly Capability[]): ExchangeInfo {
  return {
    id,
    name: id,
    countries: [],
    website: null,
    simulated: false,
    timeframes: ['1m', '1h', '1d'],
    has: [...has],
    streaming: false,
    hasTestNetwork: false,
  };
}
