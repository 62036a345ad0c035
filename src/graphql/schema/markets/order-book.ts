import { requireValue } from '../../../feed/reconcile/feed-event.ts';
import { type PriceLevel, toDepth } from '../../../market/model/order-book.ts';
import { midOf, spreadOf } from '../../../market/model/spread.ts';
import { maxRows, requireLimit } from '../../../market/row-limits.ts';
import { FieldCost, ownCallCost, sharedCallCost } from '../../cost/field-cost.ts';
import { bounded } from '../../types/argument-bounds.ts';
import { builder } from '../../types/builder.ts';
import { toOrderBookId } from '../../types/node-id.ts';
import { amountText, priceText } from '../common/amounts.ts';
import { marketArgs } from '../common/args.ts';
import { type LimitedBook, NodeInterface } from '../common/node.ts';
import { MarketType } from './market.ts';

const PriceLevelType = builder.objectRef<PriceLevel>('PriceLevel').implement({
  description: 'The orders at one price.',
  fields: (t) => ({
    price: t.exposeFloat('price', { description: priceText }),
    amount: t.exposeFloat('amount', { description: amountText }),
  }),
});

/** Each side has as many levels as `limit` of its book. */
const levelsCost = new FieldCost({ weight: 0, listSize: 'of-parent' });

const OrderBookType = builder.objectRef<LimitedBook>('OrderBook').implement({
  description: 'The orders of one market at one moment.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id({
      description:
        'Consists of OrderBook, exchange, limit and symbol, so that normalised caches keep books with different limits apart.',
      resolve: ({ book, limit }) => toOrderBookId(book, limit),
    }),
    symbol: t.string({ description: 'Unified symbol of its market.', resolve: ({ book }) => book.symbol }),
    timestamp: t.field({
      type: 'Timestamp',
      nullable: true,
      description: "Time of the exchange's clock; null if it sends none.",
      resolve: ({ book }) => book.timestamp,
    }),
    receivedAt: t.field({
      type: 'Timestamp',
      description: 'When this server received it.',
      resolve: ({ book }) => book.receivedAt,
    }),
    bids: t.field({
      type: [PriceLevelType],
      description: 'The orders of buyers, highest price first.',
      extensions: { cost: levelsCost },
      resolve: ({ book }) => book.bids,
    }),
    asks: t.field({
      type: [PriceLevelType],
      description: 'The orders of sellers, lowest price first.',
      extensions: { cost: levelsCost },
      resolve: ({ book }) => book.asks,
    }),
    bestBid: t.float({
      nullable: true,
      description: 'The highest price that a buyer offers to pay.',
      resolve: ({ book }) => book.bids[0]?.price,
    }),
    bestAsk: t.float({
      nullable: true,
      description: 'The lowest price that a seller asks for.',
      resolve: ({ book }) => book.asks[0]?.price,
    }),
    spread: t.float({
      nullable: true,
      description: '`bestAsk` - `bestBid`.',
      resolve: ({ book: { bids, asks } }) => spreadOf(bids[0]?.price, asks[0]?.price),
    }),
    mid: t.float({
      nullable: true,
      description: 'Halfway between `bestBid` and `bestAsk`.',
      resolve: ({ book: { bids, asks } }) => midOf(bids[0]?.price, asks[0]?.price),
    }),
    stale: t.boolean({
      description: 'True when the exchange cannot be reached and this is the last known book.',
      resolve: ({ book }) => book.stale,
    }),
  }),
});

const limitArg = builder.args((t) => ({
  limit: t.int({
    required: true,
    defaultValue: 20,
    description: `Maximum number of levels on each side, up to ${maxRows}; the exchange may send fewer.`,
    extensions: bounded({ minimum: 1, maximum: maxRows }),
  }),
}));

const levels = { listSize: { argument: 'limit', max: maxRows }, hasSizedFields: true } as const;
const bookCost = new FieldCost({ weight: ownCallCost, ...levels });

builder.objectField(MarketType, 'orderBook', (t) =>
  t.field({
    type: OrderBookType,
    nullable: true,
    description: 'Its order book.',
    args: limitArg,
    extensions: { cost: bookCost },
    resolve: async ({ exchange, symbol }, { limit }, { marketData }) => ({
      book: await marketData.fetchOrderBook({ exchange, symbol, limit }),
      limit,
    }),
  }),
);

builder.queryField('orderBook', (t) =>
  t.field({
    type: OrderBookType,
    nullable: true,
    description: 'The order book of one market.',
    args: { ...marketArgs, ...limitArg },
    extensions: { cost: bookCost },
    resolve: async (_root, { exchange, symbol, limit }, { marketData }) => ({
      book: await marketData.fetchOrderBook({ exchange: String(exchange), symbol, limit }),
      limit,
    }),
  }),
);

builder.subscriptionField('orderBookUpdated', (t) =>
  t.field({
    type: OrderBookType,
    description:
      'Sends the latest known book at once, then each change within `limit`. A slow client misses intermediate changes, but never the latest one. When the exchange fails, the last book is sent once more with `stale: true`.',
    args: { ...marketArgs, ...limitArg },
    extensions: { cost: new FieldCost({ weight: sharedCallCost, ...levels }) },
    subscribe: (_root, { exchange, symbol, limit }, { live }) =>
      live.orderBook(String(exchange), symbol, requireLimit(limit, { exchange: String(exchange), symbol })),
    resolve: (event, { limit }) => ({ book: toDepth(requireValue(event), limit), limit }),
  }),
);
