import { ageOf } from '../../base/age.ts';
import { MarketDataError } from '../errors.ts';
import { marketKind } from '../market-ref.ts';
import { midOf, spreadOf } from '../model/spread.ts';
import type { Ticker } from '../model/ticker.ts';
import { findOutliers, type IsOutlier, middleOf } from './outliers.ts';
import type { ExchangeQuote, Quote, QuoteExclusion, QuoteSide } from './quote.ts';

/** What is known about a symbol on one exchange: its ticker, why there is none, or null if nothing has come yet. */
export interface QuoteInput {
  readonly exchange: string;
  readonly result: Ticker | MarketDataError | null;
}

/** The age from which a ticker is stale although nothing has failed, in ms: its exchange is asked too rarely. */
const maxAgeMs = 60_000;

/**
 * How long before its receipt a ticker may have been made by the exchange's clock, in ms. A time some hours ago is usual
 * for markets that trade rarely. After two days even the prices of the last 24 hours, which a ticker holds, are gone.
 */
const maxDelayMs = 2 * 86_400_000;

/** The prices of one exchange that are part of the figures. */
interface Prices {
  readonly exchange: string;
  readonly ticker: Ticker;
  readonly last: number | null;
  readonly bid: number | null;
  readonly ask: number | null;
}

/**
 * Makes a quote from what is known at `now`, epoch ms. What is wrong or old is left out of every figure:
 *
 * - FAILED: an error, or nothing yet. NOT_LISTED: the exchange has no such market.
 * - STALE: the ticker is marked stale, was received more than a minute ago, or is two days old by the exchange's clock.
 * - NO_PRICE: neither last price, bid nor ask. A price of 0 or less is none.
 * - OUTLIER: the last price, or without one the middle of bid and ask, is an outlier among those of all exchanges that
 *   are left (see `findOutliers`).
 *
 * Of an exchange that is not left out, a bid or an ask can be: OUTLIER if it is one among the same prices, and both if
 * the bid is above the ask and neither is one, because then it is unknown which of them is wrong.
 */
export function toQuote(symbol: string, inputs: readonly QuoteInput[], now: number): Quote {
  const candidates = inputs.map((input) => whyUnusable(input, now) ?? toPrices(input));
  const references = candidates.flatMap((candidate) => (isPrices(candidate) ? [referenceOf(candidate)] : []));
  const isOutlier = findOutliers(references);
  const exchanges = inputs.map((input, index) => toExchangeQuote(input, candidates[index] ?? 'FAILED', isOutlier, now));
  const used = exchanges.flatMap(toUsed);
  const bestBid = findBest(used, 'bid');
  const bestAsk = findBest(used, 'ask');
  return Object.freeze({
    symbol,
    bestBid,
    bestAsk,
    spread: spreadOf(bestBid?.price, bestAsk?.price),
    median: midOf(...middleOf(used.flatMap(({ last }) => last ?? []))),
    volumeWeighted: marketKind(symbol) === 'spot' ? volumeWeighted(used) : null,
    exchanges,
  });
}

/** Why nothing of an exchange can be used, whatever the others say; null if it can. */
function whyUnusable({ result }: QuoteInput, now: number): QuoteExclusion | null {
  if (result instanceof MarketDataError) return isUnlisted(result) ? 'NOT_LISTED' : 'FAILED';
  if (result === null) return 'FAILED';
  const { stale, receivedAt, timestamp } = result;
  const isDead = timestamp !== null && receivedAt - timestamp > maxDelayMs;
  return stale || isDead || ageOf(receivedAt, now) > maxAgeMs ? 'STALE' : null;
}

function isUnlisted({ code }: MarketDataError): boolean {
  return code === 'SYMBOL_NOT_FOUND' || code === 'EXCHANGE_NOT_FOUND';
}

/** The prices of a ticker, or why it has none that can be used. */
function toPrices({ exchange, result }: QuoteInput): Prices | QuoteExclusion {
  if (result === null || result instanceof MarketDataError) return 'FAILED';
  const [last, bid, ask] = [toPositive(result.last), toPositive(result.bid), toPositive(result.ask)];
  if (last === null && bid === null && ask === null) return 'NO_PRICE';
  // Without a last price, there is nothing to say which of them is right.
  if (last === null && isCrossed(bid, ask)) return 'OUTLIER';
  return { exchange, ticker: result, last, bid, ask };
}

function isPrices(candidate: Prices | QuoteExclusion): candidate is Prices {
  return typeof candidate === 'object';
}

function toPositive(value: number | null): number | null {
  return value !== null && value > 0 && value < Number.POSITIVE_INFINITY ? value : null;
}

function isCrossed(bid: number | null, ask: number | null): boolean {
  return bid !== null && ask !== null && bid > ask;
}

/** The price by which an exchange is compared with the others. */
function referenceOf({ last, bid, ask }: Prices): number {
  if (last !== null) return last;
  return bid !== null && ask !== null ? bid / 2 + ask / 2 : (bid ?? ask ?? 0);
}

function toExchangeQuote(
  { exchange, result }: QuoteInput,
  candidate: Prices | QuoteExclusion,
  isOutlier: IsOutlier,
  now: number,
): ExchangeQuote {
  const ticker = result instanceof MarketDataError ? null : result;
  const age = ticker ? ageOf(ticker.receivedAt, now) : Number.POSITIVE_INFINITY;
  const leftOut = !isPrices(candidate) ? candidate : isOutlier(referenceOf(candidate)) ? 'OUTLIER' : null;
  return Object.freeze({
    exchange,
    ticker,
    ageMs: Number.isFinite(age) ? age : null,
    leftOut,
    bidLeftOut: isPrices(candidate) && leftOut === null ? whyNotSide('bid', candidate, isOutlier) : null,
    askLeftOut: isPrices(candidate) && leftOut === null ? whyNotSide('ask', candidate, isOutlier) : null,
    errorCode: result instanceof MarketDataError ? result.code : null,
  });
}

/** Why a side of an exchange that is not left out is left out itself; null if it is not. */
function whyNotSide(side: 'bid' | 'ask', { bid, ask }: Prices, isOutlier: IsOutlier): QuoteExclusion | null {
  const [price, other] = side === 'bid' ? [bid, ask] : [ask, bid];
  if (price === null) return 'NO_PRICE';
  if (isOutlier(price)) return 'OUTLIER';
  return isCrossed(bid, ask) && other !== null && !isOutlier(other) ? 'OUTLIER' : null;
}

/** What is left of an exchange for the figures. */
function toUsed({ exchange, ticker, leftOut, bidLeftOut, askLeftOut }: ExchangeQuote): readonly Prices[] {
  if (leftOut !== null || ticker === null) return [];
  const bid = bidLeftOut === null ? ticker.bid : null;
  const ask = askLeftOut === null ? ticker.ask : null;
  return [{ exchange, ticker, last: toPositive(ticker.last), bid, ask }];
}

/** The highest bid or the lowest ask; of equal ones, that of the exchange which was asked for first. */
function findBest(used: readonly Prices[], side: 'bid' | 'ask'): QuoteSide | null {
  let best: QuoteSide | null = null;
  for (const { exchange, ticker, [side]: price } of used) {
    if (price === null) continue;
    const isBetter = best === null || (side === 'bid' ? price > best.price : price < best.price);
    const amount = toPositive(side === 'bid' ? ticker.bidVolume : ticker.askVolume);
    if (isBetter) best = { exchange, price, amount };
  }
  return best;
}

/**
 * The mean of the last prices, weighted by base volume. Null without volume, and never computed for contracts: some
 * exchanges count their volume in contracts, and that cannot always be told.
 */
function volumeWeighted(used: readonly Prices[]): number | null {
  const weighted = used.flatMap(({ last, ticker: { baseVolume } }) =>
    last !== null && baseVolume !== null && baseVolume > 0 ? [{ last, baseVolume }] : [],
  );
  const total = weighted.reduce((sum, { baseVolume }) => sum + baseVolume, 0);
  const mean = weighted.reduce((sum, { last, baseVolume }) => sum + last * (baseVolume / total), 0);
  return mean > 0 && mean < Number.POSITIVE_INFINITY ? mean : null;
}
