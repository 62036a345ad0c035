import type { FundingRate } from '../../market/model/derivatives/funding-rate.ts';
import { isSameFundingRate } from '../../market/model/derivatives/funding-rate.ts';
import type { Liquidation } from '../../market/model/derivatives/liquidation.ts';
import { isSameOpenInterest, type OpenInterest } from '../../market/model/derivatives/open-interest.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import type { LiveKinds } from './live-kinds.ts';
import { type LiveValue, toLiveValue } from './live-value.ts';

/** Live data about contracts, apart from prices: a part of `Feeds`, whose rules apply. */
export interface DerivativeFeeds {
  fundingRate(exchange: string, symbol: string): FeedSubscription<FundingRate>;
  openInterest(exchange: string, symbol: string): FeedSubscription<OpenInterest>;
  /**
   * Only streams bring liquidations. Those during an interruption are lost; after `staleMaxMs` of it, subscriptions end
   * with a retryable error. A subscription starts once the stream is open, even if nothing comes.
   */
  liquidations(exchange: string, symbol: string): FeedSubscription<readonly Liquidation[]>;
  /** The latest known value of a live market; null for any other market. */
  liveFundingRate(exchange: string, symbol: string): LiveValue<FundingRate> | null;
  liveOpenInterest(exchange: string, symbol: string): LiveValue<OpenInterest> | null;
}

/** `requireOpen` returns the exchange's id. */
export function createDerivativeFeeds(
  { fundingRate: fundingRates, openInterest, liquidations }: LiveKinds,
  requireOpen: (exchange: string) => string,
): DerivativeFeeds {
  return {
    fundingRate: (id, symbol) =>
      fundingRates.subscribe([{ exchange: requireOpen(id), symbol }], { isSame: isSameFundingRate }),
    openInterest: (id, symbol) =>
      openInterest.subscribe([{ exchange: requireOpen(id), symbol }], { isSame: isSameOpenInterest }),
    liquidations: (id, symbol) => liquidations.subscribe([{ exchange: requireOpen(id), symbol }]),
    liveFundingRate: (exchange, symbol) => toLiveValue(fundingRates.find({ exchange, symbol })),
    liveOpenInterest: (exchange, symbol) => toLiveValue(openInterest.find({ exchange, symbol })),
  };
}
