import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createBinance } from '../binance/binance.ts';
import { createKraken } from '../kraken/kraken.ts';
import { keep, type StreamClient, startStreaming, until } from './stream-client.ts';

const exchanges = [
  { id: 'binance', create: createBinance, btc: 'BTC/USDT', eth: 'ETH/USDT', sol: 'SOL/USDT' },
  { id: 'kraken', create: createKraken, btc: 'BTC/USD', eth: 'ETH/USD', sol: 'SOL/USD' },
] as const;

// Properties of ccxt's streams that code must not rely on.
describe.each(exchanges)('$id streams through ccxt', ({ id, create, btc, eth, sol }) => {
  let client: StreamClient;

  beforeEach(async () => {
    client = await startStreaming(id, create);
  });

  afterEach(() => client.close());

  it('request nothing a second time after a refusal', async () => {
    const { venue, exchange } = client;
    venue.refuseSubscription(btc);
    const refused = keep(exchange.watchTicker(btc));
    await until(() => venue.streamRequests.length === 1);
    if (id === 'binance') await expect(refused.promise).rejects.toMatchObject({ name: 'ExchangeError' });
    venue.acceptSubscription(btc);
    const again = keep(exchange.watchTicker(btc));
    keep(exchange.watchTicker(sol));
    await until(() => venue.subscriptions.length === 1);
    expect(venue.streamRequests).toHaveLength(2);
    expect(again.isPending()).toBe(true);
  });

  it('wake a watch of many symbols once after several messages, with the first; the rest is in the cache', async () => {
    const { venue, exchange } = client;
    const first = keep(exchange.watchTickers([btc, eth]));
    await until(() => venue.subscriptions.length === 2);
    await until(() => id === 'binance' || (btc in exchange.tickers && eth in exchange.tickers));
    const next = id === 'binance' ? first : keep(exchange.watchTickers([btc, eth]));
    venue.setTicker(btc, { last: '65001.5' });
    venue.setTicker(eth, { last: '3501.5' });
    expect(Object.keys(await next.promise)).toEqual([btc]);
    await until(() => exchange.tickers[eth]?.last === 3501.5);
  });
});

it('kraken: a socket has one candle interval per symbol, and its heartbeat is a message', async () => {
  const { venue, close } = await startStreaming('kraken', createKraken);
  const socket = new WebSocket(`${venue.url.replace('http', 'ws')}/v2`);
  const received: unknown[] = [];
  socket.on('message', (data) => received.push(JSON.parse(data.toString())));
  await until(() => received.length === 1);
  for (const [interval, symbol] of [
    [1, 'BTC/USD'],
    [5, 'BTC/USD'],
    [60, 'FOO/USD'],
  ]) {
    const params = { channel: 'ohlc', symbol: [symbol], interval, snapshot: false };
    socket.send(JSON.stringify({ method: 'subscribe', params, req_id: interval }));
  }
  await until(() => received.length === 4);
  venue.heartbeat();
  await until(() => received.length === 5);
  expect(received).toMatchObject([
    { channel: 'status', type: 'update', data: [{ system: 'online', api_version: 'v2' }] },
    { method: 'subscribe', req_id: 1, success: true, result: { channel: 'ohlc', symbol: 'BTC/USD', interval: 1 } },
    { req_id: 5, success: false, error: 'Already subscribed to one ohlc interval on this symbol' },
    { req_id: 60, success: false, error: 'Currency pair not supported FOO/USD', symbol: 'FOO/USD' },
    { channel: 'heartbeat' },
  ]);
  expect(venue.subscriptions).toEqual(['ohlc-1 BTC/USD']);
  await close();
  expect(venue.openSockets).toBe(0);
});
