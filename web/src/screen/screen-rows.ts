import type { MarketType, ScreenUpdatedSubscription, Source } from './screen.graphql.ts';

type Ticker = ScreenUpdatedSubscription['screenUpdated'][number];

/** A market of a screen. What the exchange does not send is null. */
export interface ScreenRow {
  /** Its place in the server's ranking, from 1. */
  readonly rank: number;
  readonly symbol: string;
  readonly type: MarketType | null;
  readonly quote: string;
  /** The smallest step of its prices. */
  readonly step: number | null;
  readonly last: number | null;
  readonly percentage: number | null;
  readonly volume: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** `high` - `low`, as a percentage of `low`. */
  readonly range: number | null;
  /** `ask` - `bid`, as a percentage of the middle between them. */
  readonly spread: number | null;
  readonly receivedAt: number;
  readonly source: Source;
  readonly stale: boolean;
}

export function toRows(tickers: readonly Ticker[]): readonly ScreenRow[] {
  return tickers.map((ticker, index) => {
    const { symbol, last, percentage, quoteVolume, low, high, bid, ask, receivedAt, source, stale, market } = ticker;
    return {
      rank: index + 1,
      symbol,
      type: market?.type ?? null,
      quote: quoteOf(symbol),
      step: market?.pricePrecision ?? null,
      last,
      percentage,
      volume: quoteVolume,
      low,
      high,
      range: shareOf(high, low, low),
      spread: shareOf(ask, bid, bid === null || ask === null ? null : bid / 2 + ask / 2),
      receivedAt,
      source,
      stale,
    };
  });
}

/** The quote currency of a unified symbol: USDT for BTC/USDT:USDT. */
function quoteOf(symbol: string): string {
  return symbol.split(':', 1)[0]?.split('/')[1] ?? '';
}

/** `(to - from) / whole` in per cent, as the server ranks by it. */
function shareOf(to: number | null, from: number | null, whole: number | null): number | null {
  if (to === null || from === null || whole === null || whole <= 0) return null;
  return ((to - from) / whole) * 100;
}
