import { type Clock, systemClock } from '../../base/clock.ts';
import type { LiveOperations } from '../../feed/live/live-operations.ts';
import { IndicatorQueries } from '../../indicators/indicator-queries.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { ScreenRankings } from '../../market/screen/screen-rankings.ts';
import type { OperationTexts } from '../text/operation-texts.ts';
import type { Freshness } from './freshness.ts';
import { FundingRateLoader, TickerLoader } from './loaders.ts';
import { MarkPriceLoader } from './mark-price-loader.ts';
import type { MarketSearch } from './market-search.ts';
import { OperationMarketData } from './operation-market-data.ts';
import { PartialErrors } from './partial-errors.ts';

/** The context of the resolvers of one operation. */
export interface Context {
  readonly marketData: OperationMarketData;
  readonly live: LiveOperations;
  readonly marketSearch: MarketSearch;
  readonly tickers: TickerLoader;
  readonly screens: ScreenRankings;
  readonly indicators: IndicatorQueries;
  readonly markPrices: MarkPriceLoader;
  readonly fundingRates: FundingRateLoader;
  readonly partialErrors: PartialErrors;
  readonly clock: Clock;
  /** Called with the cost of an operation before it is executed. Throws or rejects to refuse it. */
  readonly charge: Charge;
  /** Lists of candles that are put into the answer as text. Omitted if the answer is not written from here. */
  readonly texts?: OperationTexts;
}

export type Charge = (cost: number) => Promise<void> | void;

export interface ContextOptions {
  readonly marketData: MarketData;
  readonly live: LiveOperations;
  /** Shared by all operations, because it remembers its results. */
  readonly marketSearch: MarketSearch;
  /** The clock of the system by default. */
  readonly clock?: Clock;
  /** Shared by all operations for the same reason; by default one that this operation has alone. */
  readonly screens?: ScreenRankings;
  /** Shared by all operations, whose calculations take turns; by default one that this operation has alone. */
  readonly indicators?: IndicatorQueries;
  readonly charge: Charge;
  /** Gathers the freshness of what the resolvers fetch. Omitted for operations whose answers are never kept. */
  readonly freshness?: Freshness;
  readonly texts?: OperationTexts;
}

export function createContext({
  marketData,
  freshness,
  clock = systemClock,
  screens = new ScreenRankings(),
  indicators = new IndicatorQueries(),
  ...others
}: ContextOptions): Context {
  return {
    ...others,
    clock,
    screens,
    indicators,
    marketData: new OperationMarketData(marketData, freshness ?? null),
    tickers: new TickerLoader(marketData, freshness ?? null),
    markPrices: new MarkPriceLoader({ marketData, freshness: freshness ?? null, clock }),
    fundingRates: new FundingRateLoader(marketData.derivatives, freshness ?? null),
    partialErrors: new PartialErrors(),
  };
}
