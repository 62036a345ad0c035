import type { Ticker } from '../../../../web/src/markets/live/row.ts';

/** The prices of a market of `sim`, with what a test is about. */
export function exampleTicker(given: Partial<Ticker> = {}): Ticker {
  return {
    exchange: { id: 'sim' },
    symbol: 'BTC/USDT',
    last: 100,
    bid: 99,
    ask: 101,
    percentage: 1.5,
    quoteVolume: 1_000_000,
    receivedAt: 1_700_000_000_000,
    source: 'STREAM',
    stale: false,
    ...given,
  };
}
