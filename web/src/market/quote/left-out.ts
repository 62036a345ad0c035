import type { QuoteUpdatedSubscription } from './quote.graphql.ts';

/** What one exchange contributes to a quote. */
export type ExchangeQuote = QuoteUpdatedSubscription['quoteUpdated']['exchanges'][number];

type Reason = NonNullable<ExchangeQuote['leftOut']>;

const reasons: Readonly<Record<Reason, string>> = {
  FAILED: 'failed',
  NOT_LISTED: 'not listed there',
  NO_PRICE: 'no price',
  OUTLIER: 'too far from the others',
  STALE: 'too old',
};

/** The error codes of an exchange that a viewer may meet. */
const failures: Readonly<Record<string, string>> = {
  AUTHENTICATION_REQUIRED: 'wants an account',
  BAD_EXCHANGE_RESPONSE: 'sent an answer that makes no sense',
  EXCHANGE_UNAVAILABLE: 'cannot be reached',
  GEO_BLOCKED: 'refuses the location of the server',
  NOT_SUPPORTED: 'has no tickers',
  RATE_LIMITED: 'allows no more requests at present',
  TIMEOUT: 'has not answered in time',
};

/** Why prices of an exchange are not part of the figures, in words; null if all of them are. */
export function describeExclusion(quote: ExchangeQuote): string | null {
  const { leftOut, bidLeftOut, askLeftOut, errorCode, ticker } = quote;
  if (leftOut === 'FAILED') {
    return errorCode === null ? 'has sent nothing yet' : (failures[errorCode] ?? `failed (${errorCode})`);
  }
  if (leftOut) return reasons[leftOut];
  if (bidLeftOut && askLeftOut && isCrossed(ticker)) return 'bid above its own ask';
  const bid = bidLeftOut ? [`bid: ${reasons[bidLeftOut]}`] : [];
  const ask = askLeftOut ? [`ask: ${reasons[askLeftOut]}`] : [];
  return [...bid, ...ask].join(', ') || null;
}

function isCrossed(ticker: ExchangeQuote['ticker']): boolean {
  return ticker !== null && ticker.bid !== null && ticker.ask !== null && ticker.bid > ticker.ask;
}
