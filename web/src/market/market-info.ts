import type { MarketRef } from '../base/market-ref.ts';
import type { MarketInfoQuery } from './market-info.graphql.ts';

/** What the exchange lists about a market. */
export type MarketInfo = NonNullable<MarketInfoQuery['market']>;

/** Each panel gets the market of the address at once, and what the exchange lists about it when that is known. */
export interface MarketPanelProps {
  readonly market: MarketRef;
  readonly info: MarketInfo | null;
}

/**
 * Whether it is a swap or a future. Before the exchange has answered, the symbol says so: unified symbols of contracts
 * have a colon, and those of options end in -C or -P.
 */
export function isSwapOrFuture(symbol: string, info: MarketInfo | null): boolean {
  if (info) return info.type === 'SWAP' || info.type === 'FUTURE';
  return symbol.includes(':') && !/-[CP]$/.test(symbol);
}
