import { MarketDataError } from '../../market/errors.ts';
import { capabilities, type ExchangeInfo } from '../../market/model/exchange.ts';
import type { MarketData } from '../../market/ports/market-data.ts';
import { FieldCost } from '../cost/field-cost.ts';
import { builder } from '../types/builder.ts';
import { NodeInterface } from './node.ts';

const capabilityTexts: Readonly<Record<(typeof capabilities)[number], string>> = {
  TICKER: 'The ticker of one market.',
  TICKERS: 'Tickers of many markets in one call.',
  CANDLES: 'Candles.',
  ORDER_BOOK: 'The order book of one market.',
  TRADES: 'The latest public trades of one market.',
  STREAM_TICKER: 'Pushes the ticker of one market.',
  STREAM_TICKERS: 'Pushes tickers of many markets over one subscription.',
  STREAM_CANDLES: 'Pushes the forming candle.',
  STREAM_ORDER_BOOK: 'Pushes the order book.',
  STREAM_TRADES: 'Pushes trades.',
  FUNDING_RATE: 'The funding rate of a perpetual contract.',
  OPEN_INTEREST: 'The open interest of a contract.',
};

export const CapabilityEnum = builder.enumType('Capability', {
  description: 'What an exchange can do through ccxt.',
  values: Object.fromEntries(
    capabilities.map((capability) => [capability, { value: capability, description: capabilityTexts[capability] }]),
  ),
});

export const ExchangeType = builder.objectRef<ExchangeInfo>('Exchange').implement({
  description: 'An exchange that this server may use.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.exposeID('id', { description: "ccxt's id, for example kraken." }),
    name: t.exposeString('name', { description: 'The name it goes by.' }),
    countries: t.exposeStringList('countries', {
      description: 'ISO 3166 codes of where it is registered, as ccxt lists them.',
    }),
    website: t.exposeString('website', { nullable: true, description: 'Its home page.' }),
    simulated: t.exposeBoolean('simulated', {
      description: 'True for the built-in exchange `sim`, whose prices are made up.',
    }),
    timeframes: t.expose('timeframes', {
      type: ['Timeframe'],
      description:
        'The candle lengths it offers; empty where it offers no candles. Some of its markets may have others: see Market.timeframes.',
    }),
    has: t.expose('has', { type: [CapabilityEnum], description: 'What it can do.' }),
  }),
});

/** About how many there are, where a query does not say which it means. */
const exchangeCount = 105;

/** The most ids of one field. */
const maxIds = 1000;

/** The exchanges in the order of their ids. Calls `onMissing` once for each unknown id. */
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
      'Every exchange this server may use, by id; an unknown id is left out and reported as an error of its own. No exchange is contacted to answer this.',
    args: {
      ids: t.arg.idList({ description: `Only these, in the order given; at most ${maxIds}.` }),
      has: t.arg({ type: [CapabilityEnum], description: 'Only those that can do all of this.' }),
    },
    extensions: { cost: new FieldCost({ rows: { argument: 'ids', isList: true, otherwise: exchangeCount } }) },
    resolve: (_root, { ids, has }, { marketData, partialErrors }, info) => {
      const onMissing = (error: unknown): void => partialErrors.add(error, info);
      const exchanges = ids ? findExchanges(ids.map(String), marketData, onMissing) : marketData.exchanges();
      return exchanges.filter((exchange) => has?.every((capability) => exchange.has.includes(capability)) ?? true);
    },
  }),
  exchange: t.field({
    type: ExchangeType,
    nullable: true,
    description: 'One exchange by its id. No exchange is contacted to answer this.',
    args: { id: t.arg.id({ required: true, description: "ccxt's id, for example kraken." }) },
    resolve: (_root, { id }, { marketData }) => marketData.exchange(String(id)),
  }),
}));
