import { z } from 'zod';
import type { VenueEvent } from '../market/events.ts';
import type { VenueMarket } from '../market/model.ts';
import {
  replyOnly,
  type StreamAnswer,
  type StreamContext,
  type StreamDefinition,
  type Topic,
} from '../streams/stream-definition.ts';
import { createVenue, type ExchangeConfig, type Route, type Venue } from '../venue.ts';

const Request = z.object({ id: z.union([z.string(), z.number()]), event: z.string(), topic: z.string() });

/** The channel of all markets. */
const tickers = 'tickers';

/**
 * A stand-in for the tickers of WOO X: `tickers` has those of all markets except the `unlisted`, and
 * `SPOT_BTC_USDT@ticker` one market's. A refused topic is not served, and its refusal is one that ccxt ignores.
 */
export function createWoo(markets: readonly VenueMarket[], unlisted: readonly string[]): Promise<Venue> {
  const at = (path: string, body: unknown): Route => ({ path: new RegExp(path), answer: () => ({ body }) });
  const rows = markets.map(({ id, priceStep, amountStep, active }) => ({
    ...{ symbol: id, status: active ? 'TRADING' : 'SUSPENDED', quoteTick: priceStep, baseTick: amountStep },
    ...{ baseMin: amountStep, baseMax: '100000', quoteMin: '0', quoteMax: '1000000', minNotional: '1' },
  }));
  const routes = [
    at('/v1/public/token', { success: true, rows: [] }),
    at('/v1/public/token_network', { success: true, rows: [] }),
    at('/v3/public/instruments', { success: true, data: { rows }, timestamp: 1 }),
  ];
  return createVenue({ markets, routes, refuse, exchangeConfig, streams: wooStreams(unlisted) });
}

function wooStreams(unlisted: readonly string[]): StreamDefinition {
  return {
    path: /^\/ws.*$/,
    greeting: [],
    heartbeat: { event: 'ping', ts: 1 },
    answer: (message, context) => answer(message, context, unlisted),
    interval: () => null,
    badTickers: () => [],
  };
}

function answer(message: unknown, context: StreamContext, unlisted: readonly string[]): StreamAnswer {
  const parsed = Request.safeParse(message);
  if (!parsed.success) return replyOnly();
  const { id, event, topic: name } = parsed.data;
  if (event !== 'subscribe' && event !== 'unsubscribe') return replyOnly();
  const isRefused = context.refused.has(name);
  const reply = { id, event, success: !isRefused, ts: context.model.now, ...(isRefused ? { errorMsg: 'no' } : {}) };
  const request = { action: event, streams: [name] } as const;
  if (event === 'unsubscribe') return { replies: [reply], request, add: [], drop: [name] };
  return { replies: [reply], request, add: isRefused ? [] : [toTopic(name, context, unlisted)], drop: [] };
}

function toTopic(name: string, { model }: StreamContext, unlisted: readonly string[]): Topic {
  const symbol = model.markets.find(({ id }) => name === `${id}@ticker`)?.symbol ?? null;
  const tell = (event: VenueEvent, ts: number): unknown => {
    if (event.kind !== 'ticker') return null;
    const { market, ticker } = event;
    const { open, last, high, low, baseVolume, quoteVolume } = ticker;
    const day = { open: Number(open), close: Number(last), high: Number(high), low: Number(low), count: 1 };
    const data = { symbol: market.id, ...day, volume: Number(baseVolume), amount: Number(quoteVolume) };
    if (market.symbol === symbol) return { topic: name, ts, data };
    return name === tickers && !unlisted.includes(market.symbol) ? { topic: name, ts, data: [data] } : null;
  };
  return { name, symbol, snapshot: null, tell };
}

function refuse(status: number): { readonly status: number; readonly body: unknown } {
  return { status, body: { success: false, code: -1000, message: 'refused' } };
}

function exchangeConfig(url: string): ExchangeConfig {
  const ws = { public: `${url.replace('http', 'ws')}/ws`, private: `${url.replace('http', 'ws')}/ws` };
  return { urls: { api: { pub: url, public: url, private: url, ws } } };
}
