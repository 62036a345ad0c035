import type { MarketDataErrorCode } from '../errors.ts';
import { isUnchanged, type Ticker } from '../model/ticker.ts';

/** Why an exchange, or one of its prices, is not part of the figures of a quote. `toQuote` says what each means. */
export const quoteExclusions = ['FAILED', 'STALE', 'NO_PRICE', 'OUTLIER', 'NOT_LISTED'] as const;

export type QuoteExclusion = (typeof quoteExclusions)[number];

/** The best price of one side over all exchanges. */
export interface QuoteSide {
  readonly exchange: string;
  readonly price: number;
  /** In base currency; for contracts in the exchange's own unit. Null if the exchange does not send it. */
  readonly amount: number | null;
}

/** What one exchange contributes to a quote. */
export interface ExchangeQuote {
  readonly exchange: string;
  readonly ticker: Ticker | null;
  /** Milliseconds from the receipt of the ticker until the quote was made; null without a ticker. */
  readonly ageMs: number | null;
  /** Null if the exchange is part of the figures. */
  readonly leftOut: QuoteExclusion | null;
  /** Why only its bid is left out; null if it is not, or if the whole exchange is. */
  readonly bidLeftOut: QuoteExclusion | null;
  /** The same for its ask. */
  readonly askLeftOut: QuoteExclusion | null;
  /** The code of its error; null if it did not fail. */
  readonly errorCode: MarketDataErrorCode | null;
}

/** One market on several exchanges side by side. A figure that no exchange contributes to is null. */
export interface Quote {
  readonly symbol: string;
  readonly bestBid: QuoteSide | null;
  readonly bestAsk: QuoteSide | null;
  /** Best ask - best bid, below zero while the exchanges are crossed. */
  readonly spread: number | null;
  /** The median of the last prices. */
  readonly median: number | null;
  /** The last prices weighted by the base volume of 24 hours; null for contracts. */
  readonly volumeWeighted: number | null;
  /** In the order in which they were asked for. */
  readonly exchanges: readonly ExchangeQuote[];
}

/** True if `next` changes nothing but times and ages. The figures follow from what is compared. */
export function isSameQuote(previous: Quote, next: Quote): boolean {
  return (
    previous.exchanges.length === next.exchanges.length &&
    next.exchanges.every((quote, index) => {
      const known = previous.exchanges[index];
      return known !== undefined && isSameExchangeQuote(known, quote);
    })
  );
}

function isSameExchangeQuote(previous: ExchangeQuote, next: ExchangeQuote): boolean {
  if (previous.exchange !== next.exchange || previous.errorCode !== next.errorCode) return false;
  if (previous.leftOut !== next.leftOut) return false;
  if (previous.ticker === null || next.ticker === null) return previous.ticker === next.ticker;
  return isUnchanged(previous.ticker, next.ticker);
}
