import type { MarketRef } from '../../base/market-ref.ts';
import type { Failure } from '../../client/error-text.ts';
import { useLive } from '../../client/use-live.ts';
import type { Freshness } from '../../ui/freshness.tsx';
import { isSwapOrFuture, type MarketInfo } from '../market-info.ts';
import {
  FundingRateUpdatedDocument,
  type FundingRateUpdatedSubscription,
  OpenInterestUpdatedDocument,
  type OpenInterestUpdatedSubscription,
} from './contract.graphql.ts';
import { type MarkPrice, useMarkPrice } from './use-mark-price.ts';

/** What a figure says about itself. */
export type Dated = Parameters<typeof Freshness>[0];

/** A figure of a contract that the exchange may not have. */
export interface ContractPart<T> {
  readonly isOffered: boolean;
  readonly value: T | null;
  readonly failure: Failure | null;
}

/** What is known about a swap or a future beside its price. */
export interface Contract {
  readonly funding: ContractPart<FundingRateUpdatedSubscription['fundingRateUpdated']>;
  readonly openInterest: ContractPart<OpenInterestUpdatedSubscription['openInterestUpdated']>;
  readonly mark: MarkPrice;
}

/** Follows the figures that the exchange has, and requests nothing else. Null for markets that are no such contracts. */
export function useContract(market: MarketRef, info: MarketInfo | null): Contract | null {
  const isContract = isSwapOrFuture(market.symbol, info);
  const has = new Set(isContract ? info?.exchange.has : []);
  const hasFunding =
    info?.type === 'SWAP' && (has.has('FUNDING_RATE') || has.has('FUNDING_RATES') || has.has('STREAM_FUNDING_RATE'));
  const hasInterest = has.has('OPEN_INTEREST');
  const funding = useLive(FundingRateUpdatedDocument, hasFunding ? { ...market } : null);
  const interest = useLive(OpenInterestUpdatedDocument, hasInterest ? { ...market } : null);
  const rate = funding.data?.fundingRateUpdated ?? null;

  // Most exchanges send the mark price along with the funding rate. It is requested only where they do not.
  const isMissing = isContract && info !== null && (rate ? rate.markPrice === null : !hasFunding || funding.failure);
  const requested = useMarkPrice(market, Boolean(isMissing));
  if (!isContract) return null;
  return {
    funding: { isOffered: hasFunding, value: rate, failure: funding.failure },
    openInterest: {
      isOffered: hasInterest,
      value: interest.data?.openInterestUpdated ?? null,
      failure: interest.failure,
    },
    mark: rate && rate.markPrice !== null ? rate : requested,
  };
}
