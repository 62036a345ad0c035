import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import { errorOf, MarketDataError } from '../../../market/errors.ts';
import { joinErrors } from '../../../market/join-errors.ts';
import type { ExchangeQuote, Quote, QuoteSide } from '../../../market/quotes/quote.ts';
import { FieldCost, sharedCallCost } from '../../cost/field-cost.ts';
import { fetchQuote } from '../../execution/fetch-quote.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';
import { amountText } from '../common/amounts.ts';
import { ExchangeType } from '../markets/exchange.ts';
import { TickerType } from '../markets/ticker.ts';

/** Maximum number of different exchanges of one quote. */
const maxExchanges = 200;

const QuoteExclusionEnum = builder.enumType('QuoteExclusion', {
  description: 'Why prices are left out of the figures of a quote.',
  values: {
    FAILED: {
      value: 'FAILED',
      description: 'The exchange failed, see `errorCode`. Without a code, a subscription has received nothing yet.',
    },
    STALE: {
      value: 'STALE',
      description:
        "The ticker is the last known one of an exchange that fails, was received more than a minute ago, or is two days old by the exchange's clock.",
    },
    NO_PRICE: { value: 'NO_PRICE', description: 'There is no price. A price of 0 or less counts as none.' },
    OUTLIER: {
      value: 'OUTLIER',
      description:
        'The price is too far from those of the other exchanges: by more than 5 % of their median, and by more than five times the median of all distances from it. The last prices are compared, or the middle of bid and ask where there is none. With fewer than three exchanges nothing is an outlier, because it is unknown which price is wrong. Also: the bid of an exchange is above its own ask.',
    },
    NOT_LISTED: {
      value: 'NOT_LISTED',
      description:
        'The exchange has no market with exactly this symbol. USD, USDT, USDC and EUR are different currencies.',
    },
  } as const,
});

const QuoteSideType = builder.objectRef<QuoteSide>('QuoteSide').implement({
  description: 'The best price of one side over all exchanges of a quote.',
  fields: (t) => ({
    exchange: t.field({
      type: ExchangeType,
      description: 'The exchange that has it; of several, the one that is first in `exchanges`.',
      resolve: ({ exchange }, _args, { marketData }) => marketData.exchange(exchange),
    }),
    price: t.exposeFloat('price', { description: 'The price in quote currency.' }),
    amount: t.exposeFloat('amount', { nullable: true, description: `${amountText} Null if the exchange sends none.` }),
  }),
});

const ExchangeQuoteType = builder.objectRef<ExchangeQuote>('ExchangeQuote').implement({
  description: 'What one exchange contributes to a quote.',
  fields: (t) => ({
    exchange: t.field({
      type: ExchangeType,
      description: 'The exchange.',
      resolve: ({ exchange }, _args, { marketData }) => marketData.exchange(exchange),
    }),
    ticker: t.expose('ticker', {
      type: TickerType,
      nullable: true,
      description: 'Its ticker, even if it is left out of the figures; null if there is none.',
    }),
    ageMs: t.exposeFloat('ageMs', {
      nullable: true,
      description: 'Milliseconds from the receipt of the ticker until the quote was made.',
    }),
    leftOut: t.expose('leftOut', {
      type: QuoteExclusionEnum,
      nullable: true,
      description: 'Why this exchange is not part of the figures; null if it is.',
    }),
    bidLeftOut: t.expose('bidLeftOut', {
      type: QuoteExclusionEnum,
      nullable: true,
      description:
        'Why only its bid is not considered for `bestBid`; null if it is considered, or if the exchange is left out as a whole.',
    }),
    askLeftOut: t.expose('askLeftOut', {
      type: QuoteExclusionEnum,
      nullable: true,
      description:
        'Why only its ask is not considered for `bestAsk`; null if it is considered, or if the exchange is left out as a whole.',
    }),
    errorCode: t.exposeString('errorCode', {
      nullable: true,
      description: 'The code of the error, if the exchange failed or does not list the symbol.',
    }),
  }),
});

const QuoteType = builder.objectRef<Quote>('Quote').implement({
  description:
    'One market on several exchanges side by side. Prices that are old, missing or wrong are not part of any figure; `exchanges` names them with the reason. A figure is null if no exchange contributes to it.',
  fields: (t) => ({
    symbol: t.exposeString('symbol', { description: 'Unified symbol, the same on all exchanges.' }),
    bestBid: t.expose('bestBid', {
      type: QuoteSideType,
      nullable: true,
      description: 'The highest bid: where to sell.',
    }),
    bestAsk: t.expose('bestAsk', { type: QuoteSideType, nullable: true, description: 'The lowest ask: where to buy.' }),
    spread: t.exposeFloat('spread', {
      nullable: true,
      description: '`bestAsk` - `bestBid`, before fees; below zero while the exchanges are crossed.',
    }),
    median: t.exposeFloat('median', { nullable: true, description: 'The median of the last prices.' }),
    volumeWeighted: t.exposeFloat('volumeWeighted', {
      nullable: true,
      description:
        'The last prices weighted by the base volume of 24 hours. Null for contracts, whose volume not all exchanges count in base currency.',
    }),
    exchanges: t.expose('exchanges', {
      type: [ExchangeQuoteType],
      description: 'Every exchange that was asked for and exists, in that order.',
      extensions: { cost: new FieldCost({ listSize: 'of-parent' }) },
    }),
  }),
});

const quoteArgs = builder.args((t) => ({
  symbol: t.string({
    required: true,
    description:
      'Unified symbol, for example BTC/USDT. It must be exactly the same on each exchange: BTC/USD is another market.',
  }),
  exchanges: t.idList({
    required: true,
    description: `The ids of the exchanges, from 1 to ${maxExchanges}. An id that comes twice counts once.`,
    extensions: bounded({ minItems: 1, maxItems: maxExchanges }),
  }),
}));

/** Each exchange can need a call. */
const quoteCost = new FieldCost({
  weight: { argument: 'exchanges', isList: true, toSize: (given) => sharedCallCost * countIds(given) },
  listSize: { argument: 'exchanges', isList: true, max: maxExchanges },
  hasSizedFields: true,
});

function countIds(given: unknown): number {
  return Array.isArray(given) ? Math.max(1, Math.min(given.length, maxExchanges)) : 1;
}

/** The different ids. Throws BAD_USER_INPUT without any, or if there are too many. */
function requireIds(given: readonly (string | number)[]): readonly string[] {
  const ids = [...new Set(given.map(String))];
  if (ids.length === 0) throw new MarketDataError('BAD_USER_INPUT', 'exchanges is empty; give at least one id.');
  if (ids.length <= maxExchanges) return ids;
  const message = `exchanges has ${ids.length} entries; it may have at most ${maxExchanges}.`;
  throw new MarketDataError('BAD_USER_INPUT', message);
}

builder.queryField('quote', (t) =>
  t.field({
    type: QuoteType,
    description:
      'One market on several exchanges side by side. An exchange that takes longer than three seconds is not waited for if another has answered; one that fails is listed with its error, and the others are not affected. An unknown id is left out and reported as an error.',
    args: quoteArgs,
    extensions: { cost: quoteCost },
    resolve: (_root, { symbol, exchanges }, { marketData, tickers, clock, partialErrors }, info) => {
      const ids = requireIds(exchanges);
      const unknown = ids.flatMap((id) => errorOf(() => marketData.exchange(id)) ?? []);
      if (unknown.length === ids.length) throw joinErrors(unknown);
      for (const error of unknown) partialErrors.add(error, info);
      const missing = new Set(unknown.map(({ details }) => details.exchange));
      const known = ids.filter((id) => !missing.has(id));
      const onBug = (error: MarketDataError): void => partialErrors.add(error, info);
      return fetchQuote(symbol, known, { marketData, tickers, clock, onBug });
    },
  }),
);

builder.subscriptionField('quoteUpdated', (t) =>
  t.field({
    type: QuoteType,
    description:
      'The same as the query `quote`: the current quote at once, then whenever a ticker of it changes, at most ten times a second. It starts as soon as one exchange has sent something. Changes of ages alone are not sent. A slow client misses intermediate quotes, but never the latest one. An unknown id refuses the subscription.',
    args: quoteArgs,
    extensions: { cost: quoteCost },
    subscribe: (_root, { symbol, exchanges }, { live }) => live.quote(symbol, requireIds(exchanges)),
    resolve: requireValue,
  }),
);
