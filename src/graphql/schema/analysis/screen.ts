import type { GraphQLResolveInfo } from 'graphql';
import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import { MarketDataError } from '../../../market/errors.ts';
import type { AllTickers, MissingTickers } from '../../../market/model/all-tickers.ts';
import type { Ticker } from '../../../market/model/ticker.ts';
import { requireRowCount } from '../../../market/row-limits.ts';
import type { ScreenCriteria, ScreenRank, SortOrder } from '../../../market/screen/criteria.ts';
import { FieldCost, ownCallCost } from '../../cost/field-cost.ts';
import type { Context } from '../../execution/context.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';
import { MarketTypeEnum } from '../markets/market.ts';
import { TickerType } from '../markets/ticker.ts';

/** Maximum number of tickers in one answer. */
const maxFirst = 1000;

const ScreenRankEnum = builder.enumType('ScreenRank', {
  description: 'The figure by which markets are ranked. Markets without this figure are left out.',
  values: {
    QUOTE_VOLUME: {
      value: 'QUOTE_VOLUME',
      description: '`quoteVolume`. Compare it only among markets with the same quote currency: nothing is converted.',
    },
    CHANGE: { value: 'CHANGE', description: '`change`, in the quote currency of each market.' },
    PERCENTAGE: { value: 'PERCENTAGE', description: '`percentage`.' },
    LAST: { value: 'LAST', description: '`last`, in the quote currency of each market.' },
    RANGE: { value: 'RANGE', description: '`high` - `low`, as a percentage of `low`.' },
    SPREAD: { value: 'SPREAD', description: '`ask` - `bid`, as a percentage of the middle between them.' },
  } as const,
});

const SortOrderEnum = builder.enumType('SortOrder', {
  description: 'The order of a list.',
  values: {
    ASC: { value: 'ASC', description: 'The smallest first.' },
    DESC: { value: 'DESC', description: 'The largest first.' },
  } as const,
});

const screenArgs = builder.args((t) => ({
  exchange: t.id({ required: true, description: "The exchange's id in ccxt, for example kraken." }),
  rankBy: t.field({
    type: ScreenRankEnum,
    required: true,
    defaultValue: 'QUOTE_VOLUME',
    description: 'The figure by which markets are ranked. Equal ones are in the order of their symbols.',
  }),
  order: t.field({ type: SortOrderEnum, required: true, defaultValue: 'DESC', description: 'Which end comes first.' }),
  quote: t.string({
    description: 'Only markets with this quote currency, for example USDT. Case is ignored. USDT is not USD.',
    extensions: bounded({ pattern: '\\S' }),
  }),
  type: t.field({
    type: MarketTypeEnum,
    description:
      'Only markets of this type. Without it, all types are ranked, except options if they would need calls of their own.',
  }),
  minQuoteVolume: t.float({
    description:
      'Only markets with at least this `quoteVolume`, in their own quote currency. Markets without one are left out: it is never computed from other figures.',
  }),
  first: t.int({
    required: true,
    defaultValue: 50,
    description: `How many markets, from 1 to ${maxFirst}.`,
    extensions: bounded({ minimum: 1, maximum: maxFirst }),
  }),
}));

interface ScreenArgs {
  readonly exchange: string | number;
  readonly rankBy: ScreenRank;
  readonly order: SortOrder;
  readonly quote?: string | null | undefined;
  readonly minQuoteVolume?: number | null | undefined;
  readonly first: number;
}

/** Throws BAD_USER_INPUT if an argument is wrong. */
function toCriteria({ exchange, rankBy, order, quote, minQuoteVolume, first }: ScreenArgs): ScreenCriteria {
  const about = { exchange: String(exchange) };
  requireRowCount('first', first, about);
  if (quote?.trim() === '') {
    throw new MarketDataError(
      'BAD_USER_INPUT',
      'quote is empty; give a currency such as USDT, or leave it out.',
      about,
    );
  }
  return { rankBy, order, quote: quote?.trim().toUpperCase() ?? null, minQuoteVolume: minQuoteVolume ?? null };
}

/** The error for markets that are missing in the page, which has the others. */
function toPartialError(exchange: string, { error }: MissingTickers): MarketDataError {
  const message = `Some markets are missing in the screen of ${exchange}, or are its last known ones: ${error.message}`;
  return new MarketDataError(error.code, message, { ...error.details, retryable: error.retryable });
}

/** The first tickers of the ranking. What is missing among all tickers is an error next to the page. */
function toPage(
  all: AllTickers,
  criteria: ScreenCriteria,
  first: number,
  { screens, partialErrors }: Context,
  info: GraphQLResolveInfo,
): Promise<readonly Ticker[]> {
  for (const each of all.missing) partialErrors.add(toPartialError(all.exchange, each), info);
  return screens.first(all, criteria, first);
}

const screenCost = new FieldCost({ weight: ownCallCost, listSize: { argument: 'first', max: maxFirst } });

builder.queryField('screen', (t) =>
  t.field({
    type: [TickerType],
    description:
      'The active markets of an exchange, ranked, from one call to it (one for each kind of market, if it lists them apart). Markets that could not be fetched are missing, with an error; the others stand.',
    args: screenArgs,
    extensions: { cost: screenCost },
    resolve: async (_root, { exchange, type, ...args }, context, info) => {
      const criteria = toCriteria({ exchange, ...args });
      const all = await context.marketData.fetchAllTickers({ exchange: String(exchange), type: type ?? null });
      return toPage(all, criteria, args.first, context, info);
    },
  }),
);

builder.subscriptionField('screenUpdated', (t) =>
  t.field({
    type: [TickerType],
    description:
      'Sends the ranked page at once, and again when it changes: at most once a second, and at present every five seconds or every POLL_INTERVAL_MS, whichever is longer. When the exchange fails, the last page is sent once more with `stale: true`. What could not be fetched is an error in `extensions.errors` of the event.',
    args: screenArgs,
    extensions: { cost: screenCost },
    subscribe: (_root, { exchange, type, ...args }, { live }) => {
      toCriteria({ exchange, ...args });
      return live.allTickers({ exchange: String(exchange), type: type ?? null });
    },
    resolve: (event, args, context, info) => toPage(requireValue(event), toCriteria(args), args.first, context, info),
  }),
);
