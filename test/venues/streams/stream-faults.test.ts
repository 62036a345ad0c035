import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ccxtErrors } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { createBinance } from '../binance/binance.ts';
import { createKraken } from '../kraken/kraken.ts';
import type { Venue } from '../venue.ts';
import { keep, type StreamClient, startStreaming, until, type Watch } from './stream-client.ts';

const binance = { id: 'binance', create: createBinance, btc: 'BTC/USDT', eth: 'ETH/USDT', params: { name: 'ticker' } };
const kraken = { id: 'kraken', create: createKraken, btc: 'BTC/USD', eth: 'ETH/USD', params: {} };

describe.each([binance, kraken])('$id streams', ({ id, create, btc, eth, params }) => {
  let client: StreamClient;

  beforeEach(async () => {
    client = await startStreaming(id, create);
  });

  afterEach(async () => {
    await client.close();
    expect([client.venue.streamSockets, client.venue.openSockets]).toEqual([0, 0]);
  });

  function watch(symbol = btc): Watch<unknown> {
    return keep(client.exchange.watchTicker(symbol, { ...params }));
  }

  /** Watches a ticker that is not sent yet. */
  async function watchNext(): Promise<Watch<unknown>> {
    const { venue } = client;
    const first = watch();
    await until(() => venue.subscriptions.length === 1);
    if (id !== 'kraken') return first;
    await first.promise;
    return watch();
  }

  const faults: Readonly<Record<string, (venue: Venue) => void>> = {
    'a drop': (venue) => venue.dropStreams(),
    'a drop in the middle of a frame': (venue) => venue.dropMidFrame(),
    'a close frame': (venue) => venue.closeStreams(1012),
  };

  it.each(Object.keys(faults))('rejects pending watches after %s, and the next watch connects again', async (name) => {
    const { venue } = client;
    const pending = await watchNext();
    faults[name]?.(venue);
    await expect(pending.promise).rejects.toBeInstanceOf(ccxtErrors.NetworkError);
    await until(() => venue.streamSockets === 0);
    expect(venue.subscriptions).toEqual([]);
    const next = await watchNext();
    expect([venue.dials, venue.streamSockets, venue.subscriptions.length]).toEqual([2, 1, 1]);
    venue.setTicker(btc, { last: '7.5' });
    expect(await next.promise).toMatchObject({ last: 7.5 });
  });

  it('sends nothing while it is silent, not over later sockets either, and does not send it afterwards', async () => {
    const { venue } = client;
    const pending = await watchNext();
    venue.silence();
    venue.setTicker(btc, { last: '1.5' });
    venue.dropStreams();
    await expect(pending.promise).rejects.toBeInstanceOf(ccxtErrors.NetworkError);
    const later = watch();
    await until(() => venue.subscriptions.length === 1);
    venue.setTicker(btc, { last: '2.5' });
    venue.speak();
    venue.setTicker(btc, { last: '3.5' });
    expect(await later.promise).toMatchObject({ last: 3.5 });
  });

  it('is silent about one symbol', async () => {
    const { venue, exchange } = client;
    venue.silence(btc);
    venue.silence(eth);
    const next = keep(exchange.watchTickers([btc, eth], { ...params }));
    await until(() => venue.subscriptions.length === 2);
    venue.speak(eth);
    venue.setTicker(btc, { last: '1.5' });
    venue.setTicker(eth, { last: '2.5' });
    expect(await next.promise).toMatchObject({ [eth]: { last: 2.5 } });
    expect(exchange.tickers).not.toHaveProperty([btc]);
  });

  it('keeps a silent socket alive', async () => {
    const { venue } = client;
    venue.silence();
    const pending = watch();
    await until(() => venue.subscriptions.length === 1);
    const socket = await open(venue);
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await pong;
    expect([pending.isPending(), venue.streamSockets]).toEqual([true, 2]);
    socket.terminate();
  });

  it('refuses handshakes with 503 until they are accepted', async () => {
    const { venue } = client;
    venue.refuseStreams();
    const refused = watch().promise;
    await expect(refused).rejects.toThrow('503');
    await expect(refused).rejects.toBeInstanceOf(ccxtErrors.NetworkError);
    expect([venue.handshakes, venue.dials]).toEqual([1, 0]);
    venue.acceptStreams();
    await watchNext();
    expect([venue.handshakes, venue.dials]).toEqual([2, 1]);
  });

  it('leaves handshakes unanswered until they are accepted', async () => {
    await client.close();
    const ws = { connectionTimeout: 50, backoff: { base: 0, max: 0 } };
    client = await startStreaming(id, create, { options: { ws } });
    const { venue } = client;
    venue.hangStreams();
    await expect(watch().promise).rejects.toBeInstanceOf(ccxtErrors.RequestTimeout);
    expect([venue.handshakes, venue.dials]).toEqual([1, 0]);
    venue.acceptStreams();
    await watchNext();
    expect(venue.dials).toBe(1);
  });

  it.each(['text', 'json', 'binary', 'badNumbers'] as const)('stays open after %s garbage', async (kind) => {
    const { venue } = client;
    const socket = await open(venue);
    const received: string[] = [];
    socket.on('message', (data) => received.push(data.toString()));
    venue.sendGarbage(kind);
    await until(() => received.length > 0);
    expect(venue.streamSockets).toBe(1);
    socket.terminate();
  });

  it("rejects pending watches after bad numbers with an error that is not ccxt's", async () => {
    const pending = await watchNext();
    client.venue.sendGarbage('badNumbers');
    await expect(pending.promise).rejects.toBeInstanceOf(SyntaxError);
    expect(client.venue.streamSockets).toBe(1);
  });

  /** A socket without ccxt. */
  async function open(venue: Venue): Promise<WebSocket> {
    const path = id === 'kraken' ? '/v2' : '/stream/spot/ws';
    const socket = new WebSocket(venue.url.replace('http', 'ws') + path);
    const count = venue.streamSockets;
    await until(() => venue.streamSockets > count && socket.readyState === WebSocket.OPEN);
    return socket;
  }
});

it.each(['ticker', 'candle', 'book', 'trade'])('binance rejects a refused subscription to a %s', async (kind) => {
  const { venue, exchange, close } = await startStreaming('binance', createBinance);
  const { btc } = binance;
  venue.refuseSubscription(btc);
  const watches: Readonly<Record<string, () => Promise<unknown>>> = {
    ticker: () => exchange.watchTicker(btc),
    candle: () => exchange.watchOHLCV(btc, '1m'),
    book: () => exchange.watchOrderBook(btc),
    trade: () => exchange.watchTrades(btc),
  };
  await expect(watches[kind]?.()).rejects.toMatchObject({
    name: 'ExchangeError',
    message: 'binance {"code":2,"msg":"Invalid request: invalid stream"}',
  });
  expect([venue.subscriptions, venue.streamRequests.length, venue.streamSockets]).toEqual([[], 1, 1]);
  await close();
});

// ccxt stores the error under the id of the request, which nothing waits for.
it('kraken answers a refused subscription with an error, which ccxt does not report', async () => {
  const { venue, exchange, close } = await startStreaming('kraken', createKraken);
  venue.refuseSubscription('BTC/USD');
  const pending = keep(exchange.watchTicker('BTC/USD'));
  const closed = expect(pending.promise).rejects.toBeInstanceOf(ccxtErrors.ExchangeClosedByUser);
  await until(() => Object.values(exchange.clients).some((socket) => '1' in socket.rejections));
  const [rejection] = Object.values(exchange.clients).map((socket) => socket.rejections['1']);
  expect(rejection).toMatchObject({ name: 'BadSymbol', message: 'Currency pair not supported BTC/USD' });
  expect(pending.isPending()).toBe(true);
  await close();
  await closed;
  expect(venue.openSockets).toBe(0);
});
