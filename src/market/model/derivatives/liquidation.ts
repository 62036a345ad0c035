import type { MarketRef } from '../../market-ref.ts';

/** A position that the exchange closed because its collateral no longer covered it. */
export interface Liquidation extends MarketRef {
  /** Epoch ms. */
  readonly timestamp: number;
  /** In quote currency. */
  readonly price: number;
  /** In contracts; null if the exchange does not say. */
  readonly contracts: number | null;
  /** Price times amount in quote currency; null if unknown. */
  readonly value: number | null;
  /** The side of the order that closed the position: `sell` closes a long position. Null if the exchange does not say. */
  readonly side: 'buy' | 'sell' | null;
}
