import { z } from 'zod';
import { newestCandles } from '../market/candles.ts';
import type { VenueMarket } from '../market/model.ts';
import {
  replyOnly,
  type StreamAnswer,
  type StreamContext,
  type StreamDefinition,
  type Topic,
} from '../streams/stream-definition.ts';
import { findKrakenInterval, toKrakenInterval } from './intervals.ts';
import {
  toBookMessage,
  toBookSnapshot,
  toCandleMessage,
  toMicros,
  toTickerMessage,
  toTradeMessage,
} from './messages.ts';

const Request = z.object({
  method: z.string(),
  req_id: z.number().optional(),
  params: z
    .object({
      channel: z.string(),
      symbol: z.array(z.string()),
      depth: z.number().default(10),
      interval: z.number().default(1),
      snapshot: z.boolean().default(true),
    })
    .optional(),
});

type Params = NonNullable<z.infer<typeof Request>['params']>;
type Subscription = Omit<Topic, 'symbol'>;

const depths = [10, 25, 100, 500, 1000];
const snapshotTrades = 50;
const snapshotCandles = 10;
const status = { version: '2.0.10', system: 'online', api_version: 'v2', connection_id: 6_447_481_662 };

/**
 * Kraken's public streams, version 2: every symbol of a message is answered separately, and a snapshot follows. A
 * socket has at most one candle interval per symbol, as at the exchange.
 */
export const krakenStreams: StreamDefinition = {
  path: /^\/v2/,
  greeting: [{ channel: 'status', type: 'update', data: [status] }],
  heartbeat: { channel: 'heartbeat' },
  answer,
  interval: (_, timeframe) => findKrakenInterval(timeframe),
  badTickers: ({ symbol }, { word, empty }) => {
    const quote = { bid: word, bid_qty: empty, ask: word, ask_qty: empty };
    const day = { last: word, volume: word, vwap: word, low: empty, high: empty, change: word, change_pct: word };
    return [{ channel: 'ticker', type: 'update', data: [{ symbol, ...quote, ...day }] }];
  },
};

function answer(message: unknown, context: StreamContext): StreamAnswer {
  const time = toMicros(context.model.now);
  const times = { time_in: time, time_out: time };
  const parsed = Request.safeParse(message);
  if (!parsed.success) return replyOnly({ error: 'Malformed request', success: false, ...times });
  const { method, req_id, params } = parsed.data;
  const id = req_id === undefined ? {} : { req_id };
  if (method === 'ping') return replyOnly({ method: 'pong', ...id, ...times });
  if ((method !== 'subscribe' && method !== 'unsubscribe') || params === undefined) {
    return replyOnly({ error: 'Malformed request', method, ...id, success: false, ...times });
  }
  const outcomes = params.symbol.map((symbol) => {
    const name = toName(params, symbol);
    if (method === 'subscribe') return subscribe(params, symbol, name, context);
    return context.held.some((topic) => topic.name === name) ? null : 'Subscription Not Found';
  });
  const { channel, snapshot } = params;
  const replies = outcomes.map((outcome, index) => {
    const symbol = params.symbol[index];
    if (typeof outcome === 'string') return { error: outcome, method, ...id, success: false, symbol, ...times };
    const only = channel === 'book' ? { depth: params.depth } : channel === 'ohlc' ? { interval: params.interval } : {};
    return { method, ...id, result: { channel, ...only, snapshot, symbol }, success: true, ...times };
  });
  const streams = params.symbol.map((symbol) => toName(params, symbol));
  const add = outcomes.filter((outcome) => typeof outcome === 'object' && outcome !== null);
  return { replies, request: { action: method, streams }, add, drop: method === 'unsubscribe' ? streams : [] };
}

// Kraken's names: `ticker BTC/USD`, `book-10 BTC/USD`, `ohlc-60 BTC/USD`.
function toName({ channel, depth, interval }: Params, symbol: string): string {
  if (channel === 'book') return `book-${depth} ${symbol}`;
  return channel === 'ohlc' ? `ohlc-${interval} ${symbol}` : `${channel} ${symbol}`;
}

// The topic, or the reason why there is none.
function subscribe(
  params: Params,
  symbol: string,
  name: string,
  { held, refused, model }: StreamContext,
): Topic | string {
  const market = model.markets.find((candidate) => candidate.symbol === symbol);
  if (market === undefined || refused.has(symbol)) return `Currency pair not supported ${symbol}`;
  if (refused.has(name)) return 'Subscription depth not supported';
  if (params.channel === 'ohlc' && held.some((topic) => topic.symbol === symbol && topic.name.startsWith('ohlc-'))) {
    return 'Already subscribed to one ohlc interval on this symbol';
  }
  if (held.some((topic) => topic.name === name)) return 'Already subscribed';
  const topic = toTopic(params, name, market);
  if (typeof topic === 'string') return topic;
  if (params.channel === 'trade') model.holdTrades(symbol);
  return { ...topic, symbol, snapshot: params.snapshot ? topic.snapshot : null };
}

function toTopic({ channel, depth, interval }: Params, name: string, market: VenueMarket): Subscription | string {
  const isMine = (other: VenueMarket): boolean => other.symbol === market.symbol;
  switch (channel) {
    case 'ticker':
      return {
        name,
        snapshot: (model) => {
          const ticker = model.ticker(market.symbol);
          return ticker === null ? null : toTickerMessage('snapshot', market, ticker);
        },
        tell: (event) =>
          event.kind === 'ticker' && isMine(event.market) ? toTickerMessage('update', market, event.ticker) : null,
      };
    case 'book':
      if (!depths.includes(depth)) return 'Subscription depth not supported';
      return {
        name,
        snapshot: (model) => {
          const ticker = model.ticker(market.symbol);
          return ticker === null ? null : toBookSnapshot(market, ticker, depth);
        },
        tell: (event, now) =>
          event.kind === 'book' && isMine(event.market) ? toBookMessage(market, event, depth, now) : null,
      };
    case 'trade':
      return {
        name,
        snapshot: (model) => toTradeMessage('snapshot', market, model.trades(market.symbol).slice(-snapshotTrades)),
        tell: (event) =>
          event.kind === 'trade' && isMine(event.market) ? toTradeMessage('update', market, [event.trade]) : null,
      };
    case 'ohlc': {
      const known = toKrakenInterval(interval);
      if (known === null) return 'Subscription ohlc interval not supported';
      return {
        name,
        snapshot: (model) => {
          const candles = newestCandles(model, market, known, { to: model.now, limit: snapshotCandles });
          return toCandleMessage('snapshot', market, interval, candles, model.now);
        },
        tell: (event, now) =>
          event.kind === 'candle' && isMine(event.market) && event.timeframe === known.timeframe
            ? toCandleMessage('update', market, interval, [event.candle], now)
            : null,
      };
    }
    default:
      return 'Subscription name invalid';
  }
}
