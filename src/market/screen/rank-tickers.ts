import type { Ticker } from '../model/ticker.ts';
import type { ScreenCriteria, ScreenRank } from './criteria.ts';

/** A ticker and the figure that it is ranked by. */
interface Ranked {
  readonly ticker: Ticker;
  readonly figure: number;
}

const figures: Readonly<Record<ScreenRank, (ticker: Ticker) => number | null>> = {
  QUOTE_VOLUME: ({ quoteVolume }) => quoteVolume,
  CHANGE: ({ change }) => change,
  PERCENTAGE: ({ percentage }) => percentage,
  LAST: ({ last }) => last,
  RANGE: ({ high, low }) => shareOf(high, low, low),
  SPREAD: ({ bid, ask }) => shareOf(ask, bid, bid === null || ask === null ? null : bid / 2 + ask / 2),
};

/** The figure of a ticker; null if a price for it is missing or 0. `RANGE` and `SPREAD` are in per cent. */
export function figureOf(rank: ScreenRank, ticker: Ticker): number | null {
  return figures[rank](ticker);
}

/**
 * The tickers that have the figure, in its order; equal ones in the order of their symbols. A missing figure is not 0: such
 * tickers are left out, and so are those without a quote volume if a minimum is given.
 */
export function rankTickers(tickers: readonly Ticker[], criteria: ScreenCriteria): readonly Ticker[] {
  const { rankBy, order, quote, minQuoteVolume } = criteria;
  const ranked: Ranked[] = [];
  for (const ticker of tickers) {
    if (quote !== null && quoteOf(ticker.symbol) !== quote) continue;
    if (minQuoteVolume !== null && !(ticker.quoteVolume !== null && ticker.quoteVolume >= minQuoteVolume)) continue;
    const figure = figureOf(rankBy, ticker);
    if (figure !== null) ranked.push({ ticker, figure });
  }
  const sign = order === 'ASC' ? 1 : -1;
  ranked.sort((a, b) => sign * (a.figure - b.figure) || compareText(a.ticker.symbol, b.ticker.symbol));
  return ranked.map(({ ticker }) => ticker);
}

/** The quote currency of a unified symbol, in capital letters; '' for symbols that name none. */
function quoteOf(symbol: string): string {
  const [pair = ''] = symbol.split(':', 1);
  return pair.slice(pair.indexOf('/') + 1 || pair.length).toUpperCase();
}

/** `(to - from) / whole` in per cent; null if a number is missing, or the whole is not above zero. */
function shareOf(to: number | null, from: number | null, whole: number | null): number | null {
  if (to === null || from === null || whole === null || whole <= 0) return null;
  const share = ((to - from) / whole) * 100;
  return Number.isFinite(share) ? share : null;
}

/** By the code units of the text, the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
