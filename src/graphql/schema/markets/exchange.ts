import { MarketDataError } from '../../../market/errors.ts';
import { capabilities, type ExchangeInfo } from '../../../market/model/exchange.ts';
import type { MarketData } from '../../../market/ports/market-data.ts';
import { FieldCost } from '../../cost/field-cost.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';
import { NodeInterface } from '../common/node.ts';

const capabilityTexts: Readonly<Record<(typeof capabilities)[number], string>> = {
  TICKER: 'The ticker of one market.',
  TICKERS: 'The tickers of many markets in one call.',
  MARK_PRICE: 'The mark price of a contract in a call of its own. Tickers of other exchanges can contain it as well.',
  CANDLES: 'The candles of one market.',
  ORDER_BOOK: 'The order book of one market.',
  TRADES: 'The latest public trades of one market.',
  STREAM_TICKER: 'A stream with the ticker of one market.',
  STREAM_TICKERS: 'A stream with the tickers of many markets over one subscription.',
  STREAM_CANDLES: 'A stream with the forming candle of one market.',
  STREAM_ORDER_BOOK: 'A stream with the order book of one market.',
  STREAM_TRADES: 'A stream with the trades of one market.',
  STREAM_FUNDING_RATE: 'A stream with the funding rate of a perpetual contract.',
  STREAM_LIQUIDATIONS: 'A stream with the liquidations of a contract.',
  FUNDING_RATE: 'The funding rate of a perpetual contract.',
  FUNDING_RATES: 'The funding rates of many perpetual contracts in one call.',
  FUNDING_RATE_HISTORY: 'The funding of a perpetual contract that was paid in the past.',
  OPEN_INTEREST: 'The open interest of a contract.',
  OPEN_INTEREST_HISTORY: 'The open interest of a contract in the past.',
};

export const CapabilityEnum = builder.enumType('Capability', {
  description: 'What an exchange can do through ccxt.',
  values: Object.fromEntries(
    capabilities.map((capability) => [capability, { value: capability, description: capabilityTexts[capability] }]),
  ),
});

export const ExchangeType = builder.objectRef<ExchangeInfo>('Exchange').implement({
  description: 'An exchange that this server can use.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id in ccxt, for example kraken.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    countries: t.exposeStringList('countries', {
      description: 'ISO 3166 codes of the countries where it is registered, as listed by ccxt.',
    }),
    website: t.exposeString('website', { nullable: true, description: 'Its website.' }),
    simulated: t.exposeBoolean('simulated', {
      description: 'True for the built-in exchange `sim`, whose prices are made up.',
    }),
    timeframes: t.expose('timeframes', {
      type: ['Timeframe'],
      description:
        'The timeframes of candles that it offers; empty if it offers no candles. Single markets can differ: see `Market.timeframes`.',
    }),
    has: t.expose('has', { type: [CapabilityEnum], description: 'What it can do.' }),
  }),
});

/** Approximate number of exchanges, for a query that does not list ids. */
const exchangeCount = 105;

/** Maximum number of ids of one field. */
const maxIds = 1000;

/** The exchanges with these ids, in the same order. Calls `onMissing` once for each unknown id. */
function findExchanges(
  ids: readonly string[],
  marketData: Pick<MarketData, 'exchange'>,
  onMissing: (error: unknown) => void,
): readonly ExchangeInfo[] {
  if (ids.length > maxIds) {
    throw new MarketDataError('BAD_USER_INPUT', `ids has ${ids.length} entries; it may have at most ${maxIds}.`);
  }
  const missing = new Set<string>();
  return ids.flatMap((id) => {
    if (missing.has(id)) return [];
    try {
      return [marketData.exchange(id)];
    } catch (error) {
      missing.add(id);
      onMissing(error);
      return [];
    }
  });
}

builder.queryFields((t) => ({
  exchanges: t.field({
    type: [ExchangeType],
    description:
      'All exchanges that this server can use, sorted by id. An unknown id is left out and reported as an error. No exchange is contacted.',
    args: {
      ids: t.arg.idList({
        description: `Only these exchanges, in this order; at most ${maxIds}.`,
        extensions: bounded({ maxItems: maxIds }),
      }),
      has: t.arg({ type: [CapabilityEnum], description: 'Only exchanges that have all of these capabilities.' }),
    },
    extensions: { cost: new FieldCost({ listSize: { argument: 'ids', isList: true, assumedSize: exchangeCount } }) },
    resolve: (_root, { ids, has }, { marketData, partialErrors }, info) => {
      const onMissing = (error: unknown): void => partialErrors.add(error, info);
      const exchanges = ids ? findExchanges(ids.map(String), marketData, onMissing) : marketData.exchanges();
      return exchanges.filter((exchange) => has?.every((capability) => exchange.has.includes(capability)) ?? true);
    },
  }),
  exchange: t.field({
    type: ExchangeType,
    nullable: true,
    description: 'One exchange by its id. No exchange is contacted.',
    args: { id: t.arg.id({ required: true, description: 'Its id in ccxt, for example kraken.' }) },
    resolve: (_root, { id }, { marketData }) => marketData.exchange(String(id)),
  }),
}));
