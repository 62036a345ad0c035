import { MarketDataError } from '../../../market/errors.ts';
import type { Market } from '../../../market/model/market.ts';
import { FieldCost, sharedCallCost } from '../../cost/field-cost.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';
import { ExchangeType } from './exchange.ts';
import { MarketType, MarketTypeEnum } from './market.ts';

/** Maximum number of markets on one page. */
const maxFirst = 1000;

interface MarketPage {
  readonly nodes: readonly Market[];
  readonly totalCount: number;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

const PageInfo = builder.objectRef<MarketPage>('PageInfo').implement({
  description: 'The position of a page in the whole list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'True if there are more markets after this page.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'True if there are markets before this page.' }),
    startCursor: t.string({
      nullable: true,
      description: 'The cursor of the first edge; null on an empty page.',
      resolve: ({ nodes }) => toCursor(nodes.at(0)),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'The cursor of the last edge, to pass as `after` for the next page; null on an empty page.',
      resolve: ({ nodes }) => toCursor(nodes.at(-1)),
    }),
  }),
});

const MarketEdge = builder.objectRef<Market>('MarketEdge').implement({
  description: 'A market and its position in the list.',
  fields: (t) => ({
    cursor: t.string({
      description: 'Pass it as `after` to get the markets that follow.',
      resolve: (market) => toCursor(market) ?? '',
    }),
    node: t.field({ type: MarketType, description: 'The market.', resolve: (market) => market }),
  }),
});

/** The size of a page is given by `first` of its parent. */
const pageCost = new FieldCost({ weight: 0, listSize: 'of-parent' });

const MarketConnection = builder.objectRef<MarketPage>('MarketConnection').implement({
  description: "A page of an exchange's markets: sorted by symbol, or by how well they match `search`.",
  fields: (t) => ({
    edges: t.field({
      type: [MarketEdge],
      description: 'The markets of this page with their cursors.',
      extensions: { cost: pageCost },
      resolve: ({ nodes }) => nodes,
    }),
    nodes: t.expose('nodes', {
      type: [MarketType],
      description: 'The markets of this page.',
      extensions: { cost: pageCost },
    }),
    pageInfo: t.field({ type: PageInfo, description: 'The position of this page.', resolve: (page) => page }),
    totalCount: t.exposeInt('totalCount', { description: 'The number of matching markets on all pages together.' }),
  }),
});

builder.objectField(ExchangeType, 'markets', (t) =>
  t.field({
    type: MarketConnection,
    nullable: true,
    description: 'Its markets. They are loaded from the exchange on first use.',
    args: {
      search: t.arg.string({
        description:
          'Only markets whose symbol contains this text; case and separators are ignored. The market with exactly this symbol comes first, then those of exactly this pair (BTC/USD, btc-usd or BTCUSD): spot, swaps, futures, options. Then come markets whose symbol begins with the text, then the others.',
      }),
      base: t.arg.string({ description: 'Only markets of this base currency, for example BTC; case is ignored.' }),
      quote: t.arg.string({ description: 'Only markets of this quote currency, for example USDT; case is ignored.' }),
      type: t.arg({ type: MarketTypeEnum, description: 'Only markets of this type.' }),
      active: t.arg.boolean({
        description: 'If true, only markets that can be traded at present; if false, only those that cannot.',
      }),
      first: t.arg.int({
        required: true,
        defaultValue: 50,
        description: `The size of the page, at most ${maxFirst}.`,
        extensions: bounded({ minimum: 0, maximum: maxFirst }),
      }),
      after: t.arg.string({ description: 'The cursor after which the page begins.' }),
    },
    extensions: {
      cost: new FieldCost({
        weight: sharedCallCost,
        listSize: { argument: 'first', max: maxFirst },
        hasSizedFields: true,
      }),
    },
    resolve: async ({ id }, { first, after, ...filter }, { marketData, marketSearch }) => {
      if (first < 0 || first > maxFirst) {
        throw new MarketDataError('BAD_USER_INPUT', `first is ${first}; it must be from 0 to ${maxFirst}.`);
      }
      const symbol = typeof after === 'string' ? fromCursor(after) : null;
      const markets = await marketData.fetchMarkets(id);
      const matching = await marketSearch.find(id, markets, filter);
      const start = symbol === null ? 0 : await marketSearch.countUpTo(symbol, matching, markets, filter);
      return toPage(matching, first, start);
    },
  }),
);

function toPage(markets: readonly Market[], first: number, start: number): MarketPage {
  const nodes = markets.slice(start, start + first);
  return {
    nodes,
    totalCount: markets.length,
    hasNextPage: start + nodes.length < markets.length,
    hasPreviousPage: start > 0,
  };
}

/**
 * The symbol: the order depends on nothing else that changes, so a cursor stays valid even if its own market no longer
 * exists.
 */
function toCursor(market: Market | undefined): string | null {
  return market ? Buffer.from(market.symbol).toString('base64url') : null;
}

function fromCursor(cursor: string): string {
  const symbol = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(symbol).toString('base64url') === cursor) return symbol;
  throw new MarketDataError('BAD_USER_INPUT', 'after is not a cursor of this list; use pageInfo.endCursor.');
}
