import type { GraphQLResolveInfo } from 'graphql';
import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import type { Candle, CandleQuery } from '../../../market/model/candle.ts';
import { maxCandles } from '../../../market/row-limits.ts';
import { FieldCost, ownCallCost } from '../../cost/field-cost.ts';
import type { Context } from '../../execution/context.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';
import { marketArgs, resumableCost, sinceArg } from '../common/args.ts';
import { MarketType } from './market.ts';

export const CandleType = builder.objectRef<Candle>('Candle').implement({
  description: 'Open, high, low and close price and volume of one period.',
  fields: (t) => ({
    timestamp: t.expose('timestamp', { type: 'Timestamp', description: 'Start of the period.' }),
    datetime: t.field({
      type: 'DateTime',
      description: '`timestamp` in ISO-8601.',
      resolve: ({ timestamp }) => timestamp,
    }),
    open: t.exposeFloat('open', { description: 'First price.' }),
    high: t.exposeFloat('high', { description: 'Highest price.' }),
    low: t.exposeFloat('low', { description: 'Lowest price.' }),
    close: t.exposeFloat('close', { description: 'Last price.' }),
    volume: t.exposeFloat('volume', {
      description:
        'Traded amount in base currency. For contracts, some exchanges use another unit, such as contracts, or quote currency for inverse contracts.',
    }),
    closed: t.exposeBoolean('closed', {
      description: 'False until the period ends; until then its values still change.',
    }),
    stale: t.boolean({
      description:
        'Only in `candleUpdated`: true when the exchange cannot be reached and this is the last known state of the forming candle.',
      resolve: ({ stale }) => stale ?? false,
    }),
  }),
});

const timeframeArg = builder.args((t) => ({
  timeframe: t.field({
    type: 'Timeframe',
    required: true,
    defaultValue: '1m',
    description:
      'The length of a candle. If the market does not offer it, its candles are built from the longest offered timeframe that divides it.',
  }),
}));

const candlesArgs = builder.args((t) => ({
  ...timeframeArg,
  since: t.field({ type: 'DateTime', description: 'Where to begin, inclusive.' }),
  until: t.field({ type: 'DateTime', description: 'Where to end, exclusive.' }),
  limit: t.int({
    required: true,
    defaultValue: 100,
    description: 'Maximum number of candles, up to 10,000. To get more, page with `since`.',
    extensions: bounded({ minimum: 1, maximum: maxCandles }),
  }),
}));

const candlesCost = new FieldCost({ weight: ownCallCost, listSize: { argument: 'limit', max: maxCandles } });

builder.objectField(MarketType, 'candles', (t) =>
  t.field({
    type: [CandleType],
    nullable: true,
    description:
      'Its candles, oldest first: with `since`, the first `limit` from then on; without it, the newest `limit`.',
    args: candlesArgs,
    extensions: { cost: candlesCost },
    resolve: ({ exchange, symbol }, args, context, info) =>
      fetchCandles(toQuery({ ...args, exchange, symbol }), context, info),
  }),
);

builder.queryFields((t) => ({
  candles: t.field({
    type: [CandleType],
    nullable: true,
    description:
      'Candles, oldest first: with `since`, the first `limit` from then on; without it, the newest `limit`. `since` is inclusive, `until` is exclusive.',
    args: { ...marketArgs, ...candlesArgs },
    extensions: { cost: candlesCost },
    resolve: (_root, args, context, info) => fetchCandles(toQuery(args), context, info),
  }),
  ohlcv: t.field({
    type: ['OHLCV'],
    nullable: true,
    description:
      'The same candles as rows of numbers, oldest first: with `since`, the first `limit` from then on; without it, the newest `limit`. `since` is inclusive, `until` is exclusive.',
    args: { ...marketArgs, ...candlesArgs },
    extensions: { cost: candlesCost },
    resolve: async (_root, args, context, info) => (await fetchCandles(toQuery(args), context, info)).map(toRow),
  }),
}));

builder.subscriptionField('candleUpdated', (t) =>
  t.field({
    type: CandleType,
    description:
      'Sends the forming candle at each change, and every candle once more when it closes (`closed: true`); no closed candle is skipped. When the exchange fails, the forming candle is sent once more with `stale: true`. When the exchange works again, the missed candles are sent; if the exchange no longer has them, a retryable error ends the operation.',
    args: { ...marketArgs, ...timeframeArg, ...sinceArg('candle') },
    extensions: { cost: resumableCost, startArgument: 'since' },
    subscribe: (_root, { exchange, symbol, timeframe, since }, { live }) =>
      live.candles({ exchange: String(exchange), symbol, timeframe }, since ?? null),
    resolve: requireValue,
  }),
);

interface CandleArgs {
  readonly exchange: string | number | bigint;
  readonly symbol: string;
  readonly timeframe: string;
  readonly since?: number | null | undefined;
  readonly until?: number | null | undefined;
  readonly limit: number;
}

function toQuery({ exchange, symbol, timeframe, since, until, limit }: CandleArgs): CandleQuery {
  return {
    exchange: String(exchange),
    symbol,
    timeframe,
    limit,
    ...(typeof since === 'number' ? { since } : {}),
    ...(typeof until === 'number' ? { until } : {}),
  };
}

/** The candles; none if their text is put into the answer instead. */
async function fetchCandles(
  query: CandleQuery,
  { marketData, texts }: Context,
  info: GraphQLResolveInfo,
): Promise<readonly Candle[]> {
  const format = texts?.formatOf(info, query.limit);
  if (!texts || !format) return marketData.fetchCandles(query);
  const candles = await marketData.fetchCandleText(query, format);
  if (!('chunks' in candles)) return candles;
  texts.put(info.path, candles);
  return [];
}

function toRow({ timestamp, open, high, low, close, volume }: Candle): readonly number[] {
  return [timestamp, open, high, low, close, volume];
}
