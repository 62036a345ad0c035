import type { WatchedTicker } from './watched-ticker.ts';

/** Shows the newest ticker of each market. */
export interface PriceView {
  show(ticker: WatchedTicker): void;
  /** Shows what goes wrong meanwhile; the lines go on. */
  warn(message: string): void;
  close(): void;
}
