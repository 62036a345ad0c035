import { z } from 'zod';
import type { VenueEvent } from '../market/events.ts';
import type { VenueMarket, VenueModel } from '../market/model.ts';
import {
  type BadNumbers,
  replyOnly,
  type StreamAnswer,
  type StreamContext,
  type StreamDefinition,
  type Topic,
} from '../streams/stream-definition.ts';
import { type BinanceKind, kindOf } from './markets.ts';
import {
  type MessageContext,
  toAggregateTradeMessage,
  toBookTickerMessage,
  toDepthMessage,
  toForceOrderMessage,
  toKlineMessage,
  toMiniTickerMessage,
  toTickerMessage,
  toTradeMessage,
} from './messages.ts';
import { toInterval } from './shapes.ts';

const Request = z.object({
  method: z.string(),
  params: z.array(z.string()).default([]),
  id: z.union([z.number(), z.string(), z.null()]).default(null),
});

/**
 * Binance's market streams. Nothing is sent after a subscription; a stream of an unknown symbol is confirmed and stays
 * silent, as at the exchange.
 */
export const binanceStreams: StreamDefinition = {
  path: /\/(?:(?:stream\/)?(?:spot|margin)|future(?:\/public|\/market)?|delivery)\/ws(?:\/\d+)?/,
  greeting: [],
  heartbeat: null,
  answer,
  interval: (symbol, timeframe) => toInterval(kindOf(symbol), timeframe),
  badTickers: toBadTickers,
};

function answer(message: unknown, { path, held, refused, maxTopics, model }: StreamContext): StreamAnswer {
  if (message === undefined) {
    return replyOnly({ error: { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' } });
  }
  const parsed = Request.safeParse(message);
  if (!parsed.success) return replyOnly(fail('Invalid request: unknown variant', null));
  const { method, params: streams, id } = parsed.data;
  const done = { replies: [{ result: null, id }], add: [], drop: [] };
  switch (method) {
    case 'SUBSCRIBE': {
      const request = { action: 'subscribe', streams } as const;
      const kind = toKind(path);
      const topics = streams.map((name) => toTopic(name, kind, model));
      const accepted = topics.flatMap((topic) => (topic === null || refused.has(topic.symbol ?? '') ? [] : [topic]));
      if (accepted.length < streams.length || streams.length > maxTopics) {
        return { ...done, request, replies: [fail('Invalid request: invalid stream', id)] };
      }
      for (const { name, symbol } of accepted) {
        if (symbol !== null && /trade$/i.test(name)) model.holdTrades(symbol);
      }
      return { ...done, request, add: accepted.filter(({ name }) => !held.some((topic) => topic.name === name)) };
    }
    case 'UNSUBSCRIBE':
      return { ...done, request: { action: 'unsubscribe', streams }, drop: streams };
    case 'LIST_SUBSCRIPTIONS':
      return replyOnly({ result: held.map(({ name }) => name), id });
    default:
      return replyOnly(fail(`Invalid request: unknown variant \`${method}\``, id));
  }
}

function fail(msg: string, id: number | string | null): unknown {
  return { error: { code: 2, msg }, id };
}

function toKind(path: string): BinanceKind {
  if (path.startsWith('/future')) return 'linear';
  return path.startsWith('/delivery') ? 'inverse' : 'spot';
}

// Null for a name that Binance does not know.
function toTopic(name: string, kind: BinanceKind, model: VenueModel): Topic | null {
  const all = /^!(ticker|miniTicker)@arr$/.exec(name)?.[1];
  if (all !== undefined) {
    const tell = toTell(all, kind);
    return { name, symbol: null, snapshot: null, tell: (event, now) => toList(tell(event, now)) };
  }
  const [, id = '', channel = ''] = /^([a-z0-9_]+)@(.+)$/.exec(name) ?? [];
  if (!/^(?:ticker|miniTicker|bookTicker|forceOrder|trade|aggTrade|kline_\w+|depth(?:@\d+ms)?)$/.test(channel))
    return null;
  if (channel.startsWith('kline_') && toInterval(kind, channel.slice(6)) === null) return null;
  const isMine = (market: VenueMarket): boolean => market.id.toLowerCase() === id && kindOf(market.symbol) === kind;
  const tell = toTell(channel, kind);
  return {
    name,
    symbol: model.markets.find(isMine)?.symbol ?? null,
    snapshot: null,
    tell: (event, now) => (isMine(event.market) ? tell(event, now) : null),
  };
}

function toList(message: unknown): readonly unknown[] | null {
  return message === null ? null : [message];
}

function toTell(channel: string, kind: BinanceKind): Topic['tell'] {
  return (event, now) => {
    const { market } = event;
    return kindOf(market.symbol) === kind ? toMessage(channel, event, { kind, market, now }) : null;
  };
}

function toMessage(channel: string, event: VenueEvent, context: MessageContext): unknown {
  switch (event.kind) {
    case 'ticker':
      if (channel === 'ticker') return toTickerMessage(context, event.ticker);
      return channel === 'miniTicker' ? toMiniTickerMessage(context, event.ticker) : null;
    case 'book':
      if (channel === 'bookTicker') return toBookTickerMessage(context, event);
      return channel.startsWith('depth') ? toDepthMessage(context, event) : null;
    case 'trade':
      if (channel === 'trade') return toTradeMessage(context, event.trade);
      return channel === 'aggTrade' ? toAggregateTradeMessage(context, event.trade) : null;
    case 'liquidation':
      return channel === 'forceOrder' ? toForceOrderMessage(context, event.liquidation) : null;
    case 'candle': {
      const { timeframe, candle, closed } = event;
      return channel === `kline_${timeframe}` ? toKlineMessage(context, timeframe, candle, closed) : null;
    }
  }
}

function toBadTickers({ id: s }: VenueMarket, { word, empty }: BadNumbers, now: number): readonly unknown[] {
  const shared = { E: now, s, c: word, o: word, h: empty, l: empty, v: word, q: word };
  return [
    { e: '24hrTicker', ...shared, p: word, P: word, b: word, B: word, a: empty, A: empty },
    { e: '24hrMiniTicker', ...shared },
  ];
}
