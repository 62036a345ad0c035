import type { MarketInfo } from '../../../web/src/market/market-info.ts';

/** A spot market, from which a test makes the market that it needs. */
export const spot: MarketInfo = {
  symbol: 'BTC/USDT',
  type: 'SPOT',
  active: true,
  expiry: null,
  base: 'BTC',
  quote: 'USDT',
  settle: null,
  inverse: null,
  contractSize: null,
  pricePrecision: 0.01,
  amountPrecision: 0.00001,
  timeframes: ['1m'],
  exchange: { id: 'sim', has: ['TICKER'] },
};
