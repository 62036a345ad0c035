import type { MarketType } from '../../market/model/market.ts';

/** What a subscriber listens to: one market. The receiver of the request determines the kind of data. */
export interface TopicRequest {
  readonly exchange: string;
  /** '' for all markets of the exchange. */
  readonly symbol: string;
  /** Only for candles. */
  readonly timeframe?: string;
  /** Only for all markets: those of one type. */
  readonly type?: MarketType | null;
}
