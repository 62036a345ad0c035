import type { MarketRef } from '../base/market-ref.ts';
import type { ExchangeInfo } from '../client/exchanges.ts';

const bases = ['BTC', 'ETH', 'SOL', 'XRP', 'BNB', 'DOGE', 'ADA', 'AVAX', 'LINK', 'LTC', 'DOT', 'SHIB'];

/** The markets of the first list: those of the built-in exchange with made-up prices, if the server has it. */
export function toFirstMarkets(exchanges: ReadonlyMap<string, ExchangeInfo>): readonly MarketRef[] {
  const sim = [...exchanges.values()].find(({ simulated }) => simulated);
  return sim ? bases.map((base) => ({ exchange: sim.id, symbol: `${base}/USDT` })) : [];
}
