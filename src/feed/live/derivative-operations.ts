import type { FundingRate } from '../../market/model/derivatives/funding-rate.ts';
import type { Liquidation } from '../../market/model/derivatives/liquidation.ts';
import type { OpenInterest } from '../../market/model/derivatives/open-interest.ts';
import type { Capability } from '../../market/model/exchange.ts';
import type { Market, Markets } from '../../market/model/market.ts';
import { notSupported, requireContract, requirePerpetual } from '../../market/model/not-supported.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import type { FeedSubscription } from '../topics/feed-subscription.ts';
import type { DerivativeFeeds } from './derivative-feeds.ts';

/**
 * The live operations on data about contracts, a part of `LiveOperations`. They reject with NOT_SUPPORTED for exchanges
 * that do not publish the data, and for markets that cannot have it.
 */
export interface DerivativeOperations {
  fundingRate(exchange: string, symbol: string): Promise<FeedSubscription<FundingRate>>;
  openInterest(exchange: string, symbol: string): Promise<FeedSubscription<OpenInterest>>;
  liquidations(exchange: string, symbol: string): Promise<FeedSubscription<readonly Liquidation[]>>;
}

export interface DerivativeOperationsOptions {
  readonly feeds: DerivativeFeeds;
  readonly marketData: Pick<MarketData, 'exchange' | 'exchanges'>;
  /** Starts an operation on one market, which `requireSuitable` may refuse. */
  readonly startOne: <V>(
    exchange: string,
    symbol: string,
    open: () => FeedSubscription<V>,
    requireSuitable: (market: Market, markets: Markets) => void,
  ) => Promise<FeedSubscription<V>>;
}

export function createDerivativeOperations(options: DerivativeOperationsOptions): DerivativeOperations {
  const { feeds, marketData, startOne } = options;

  /** Throws NOT_SUPPORTED, without a call, if the exchange has none of the capabilities. */
  function requireAny(exchange: string, symbol: string, what: string, capabilities: readonly Capability[]): void {
    const { has } = marketData.exchange(exchange);
    const [first] = capabilities;
    if (first === undefined || capabilities.some((capability) => has.includes(capability))) return;
    throw notSupported({ exchange, symbol }, what, first, marketData.exchanges());
  }

  return {
    fundingRate: async (exchange, symbol) => {
      requireAny(exchange, symbol, 'funding rates', ['FUNDING_RATE', 'FUNDING_RATES', 'STREAM_FUNDING_RATE']);
      return startOne(exchange, symbol, () => feeds.fundingRate(exchange, symbol), requirePerpetual);
    },
    openInterest: async (exchange, symbol) => {
      requireAny(exchange, symbol, 'open interest', ['OPEN_INTEREST']);
      return startOne(
        exchange,
        symbol,
        () => feeds.openInterest(exchange, symbol),
        (market, markets) => requireContract(market, markets, 'open interest'),
      );
    },
    liquidations: async (exchange, symbol) => {
      requireAny(exchange, symbol, 'liquidations', ['STREAM_LIQUIDATIONS']);
      return startOne(
        exchange,
        symbol,
        () => feeds.liquidations(exchange, symbol),
        (market, markets) => requireContract(market, markets, 'liquidations'),
      );
    },
  };
}
