import type { MarketRef } from '../base/market-ref.ts';
import type { MarketInfoQuery } from './market-info.graphql.ts';

/** What the exchange lists about a market. */
export type MarketInfo = NonNullable<MarketInfoQuery['market']>;

/** Each panel gets the market of the address at once, and what the exchange lists about it when that is known. */
export interface MarketPanelProps {
  readonly market: MarketRef;
  readonly info: MarketInfo | null;
}
