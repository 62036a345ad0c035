import { MarketDataError } from '../../market/errors.ts';
import type { Market } from '../../market/model/market.ts';
import { FieldCost, sharedCallCost } from '../cost/field-cost.ts';
import { builder } from '../types/builder.ts';
import { ExchangeType } from './exchange.ts';
import { MarketType, MarketTypeEnum } from './market.ts';

/** The most markets of one page. */
const maxFirst = 1000;

interface MarketPage {
  readonly nodes: readonly Market[];
  readonly totalCount: number;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

const PageInfo = builder.objectRef<MarketPage>('PageInfo').implement({
  description: 'Where a page lies in the whole list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'True when more follow.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'True when others came before.' }),
    startCursor: t.string({
      nullable: true,
      description: "The first edge's cursor; null on an empty page.",
      resolve: ({ nodes }) => toCursor(nodes.at(0)),
    }),
    endCursor: t.string({
      nullable: true,
      description: "The last edge's cursor: `after` for the next page; null on an empty page.",
      resolve: ({ nodes }) => toCursor(nodes.at(-1)),
    }),
  }),
});

const MarketEdge = builder.objectRef<Market>('MarketEdge').implement({
  description: 'A market and its place in the list.',
  fields: (t) => ({
    cursor: t.string({
      description: 'Give it as `after` for what follows.',
      resolve: (market) => toCursor(market) ?? '',
    }),
    node: t.field({ type: MarketType, description: 'The market.', resolve: (market) => market }),
  }),
});

/** A page has as many as its `first` says. */
const pageCost = new FieldCost({ own: 0, rows: 'of-parent' });

const MarketConnection = builder.objectRef<MarketPage>('MarketConnection').implement({
  description: "A page of an exchange's markets, by symbol.",
  fields: (t) => ({
    edges: t.field({
      type: [MarketEdge],
      description: 'The markets with their cursors.',
      extensions: { cost: pageCost },
      resolve: ({ nodes }) => nodes,
    }),
    nodes: t.expose('nodes', { type: [MarketType], description: 'The markets.', extensions: { cost: pageCost } }),
    pageInfo: t.field({ type: PageInfo, description: 'Where this page lies.', resolve: (page) => page }),
    totalCount: t.exposeInt('totalCount', { description: 'How many markets match, on all pages.' }),
  }),
});

builder.objectField(ExchangeType, 'markets', (t) =>
  t.field({
    type: MarketConnection,
    nullable: true,
    description: "Loads the exchange's markets on first use.",
    args: {
      search: t.arg.string({ description: 'Only symbols that contain this; case and separators do not matter.' }),
      type: t.arg({ type: MarketTypeEnum, description: 'Only markets of this type.' }),
      active: t.arg.boolean({ description: 'Only markets that can, or cannot, be traded at present.' }),
      first: t.arg.int({ required: true, defaultValue: 50, description: `How many, at most ${maxFirst}.` }),
      after: t.arg.string({ description: 'The cursor after which to begin.' }),
    },
    extensions: {
      cost: new FieldCost({ own: sharedCallCost, rows: { argument: 'first', most: maxFirst }, isAround: true }),
    },
    resolve: async ({ id }, { first, after, ...filter }, { marketData, marketSearch }) => {
      if (first < 0 || first > maxFirst) {
        throw new MarketDataError('BAD_USER_INPUT', `first is ${first}; it must be from 0 to ${maxFirst}.`);
      }
      const symbol = typeof after === 'string' ? fromCursor(after) : null;
      const markets = await marketData.fetchMarkets(id);
      return toPage(await marketSearch.find(id, markets, filter), first, symbol);
    },
  }),
);

/** Markets come sorted by symbol, so a cursor holds even when its own market has gone. */
function toPage(markets: readonly Market[], first: number, after: string | null): MarketPage {
  const start = after === null ? 0 : markets.filter(({ symbol }) => symbol <= after).length;
  const nodes = markets.slice(start, start + first);
  return {
    nodes,
    totalCount: markets.length,
    hasNextPage: start + nodes.length < markets.length,
    hasPreviousPage: start > 0,
  };
}

function toCursor(market: Market | undefined): string | null {
  return market ? Buffer.from(market.symbol).toString('base64url') : null;
}

function fromCursor(cursor: string): string {
  const symbol = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.from(symbol).toString('base64url') === cursor) return symbol;
  throw new MarketDataError('BAD_USER_INPUT', 'after is no cursor of this list; take it from pageInfo.endCursor.');
}
