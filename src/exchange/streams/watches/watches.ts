import type { StreamKind } from '../../../market/ports/market-streams.ts';
import { candleWatch } from './candles.ts';
import { fundingRateWatch } from './funding-rate.ts';
import { LiquidationWatch } from './liquidations.ts';
import { notWatched } from './not-watched.ts';
import { orderBookWatch } from './order-book.ts';
import { tickerWatch } from './ticker.ts';
import { tradeWatch } from './trades.ts';
import type { Watch } from './watch.ts';

/** Creates the watch of one subscription, by kind of data. */
export const createWatch: { readonly [K in StreamKind]: () => Watch<K> } = {
  ticker: () => tickerWatch,
  orderBook: () => orderBookWatch,
  candles: () => candleWatch,
  trades: () => tradeWatch,
  fundingRate: () => fundingRateWatch,
  liquidations: () => new LiquidationWatch(),
  allTickers: notWatched,
  openInterest: notWatched,
};
