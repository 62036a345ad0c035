import type { ScreenUpdatedSubscription } from '../../../web/src/screen/screen.graphql.ts';

export type ScreenTicker = ScreenUpdatedSubscription['screenUpdated'][number];

/** A ticker of which the exchange has sent nothing but what is given. */
export function toTicker(symbol: string, given: Partial<ScreenTicker>): ScreenTicker {
  const prices = { last: null, percentage: null, quoteVolume: null, high: null, low: null, bid: null, ask: null };
  return { symbol, ...prices, receivedAt: 0, source: 'POLL', stale: false, market: null, ...given };
}
