import { createAllTickersSource } from '../kinds/all-tickers.ts';
import { createCandleSource } from '../kinds/candles.ts';
import { createFundingRateSource } from '../kinds/funding-rates.ts';
import { createLiquidationSource } from '../kinds/liquidations.ts';
import { LiveKind, type LiveKindOptions } from '../kinds/live-kind.ts';
import { createOpenInterestSource } from '../kinds/open-interest.ts';
import { createOrderBookSource } from '../kinds/order-books.ts';
import { createTickerSource } from '../kinds/tickers.ts';
import { createTradeSource } from '../kinds/trades.ts';
import type { Upstream } from '../kinds/upstream.ts';

/** The topics of each kind of live data. */
export type LiveKinds = ReturnType<typeof createLiveKinds>;

export function createLiveKinds(upstream: Upstream, options: LiveKindOptions) {
  return {
    ticker: new LiveKind(createTickerSource(upstream), options),
    orderBook: new LiveKind(createOrderBookSource(upstream), options),
    candles: new LiveKind(createCandleSource(upstream), options),
    trades: new LiveKind(createTradeSource(upstream), options),
    allTickers: new LiveKind(createAllTickersSource(upstream), options),
    fundingRate: new LiveKind(createFundingRateSource(upstream), options),
    openInterest: new LiveKind(createOpenInterestSource(upstream), options),
    liquidations: new LiveKind(createLiquidationSource(upstream), options),
  } as const;
}
