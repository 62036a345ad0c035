import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBinance } from '../binance/binance.ts';
import { createCoinbase } from '../coinbase/coinbase.ts';
import { createKraken } from '../kraken/kraken.ts';
import { hourMs } from '../market/candles.ts';
import { keep, type StreamClient, startStreaming, until } from './stream-client.ts';

const noon = Date.UTC(2026, 2, 4, 12);

// String as ccxt's number type shows the digits that were sent. By default Binance watches tickers without bid and ask.
const exchanges = [
  { id: 'binance', create: createBinance, btc: 'BTC/USDT', eth: 'ETH/USDT', params: { name: 'ticker' } },
  { id: 'kraken', create: createKraken, btc: 'BTC/USD', eth: 'ETH/USD', params: {} },
] as const;

describe.each(exchanges)('$id streams', ({ id, create, btc, eth, params }) => {
  let client: StreamClient;

  beforeEach(async () => {
    client = await startStreaming(id, create);
    client.venue.now = noon;
  });

  afterEach(async () => {
    await client.close();
    expect(client.venue.streamSockets).toBe(0);
    expect(client.venue.openSockets).toBe(0);
  });

  /** Subscribes, and takes what the exchange sends immediately. */
  async function open<T>(watch: () => Promise<T>): Promise<void> {
    const count = client.venue.subscriptions.length;
    const first = keep(watch());
    await until(() => client.venue.subscriptions.length > count);
    if (id === 'kraken') await first.promise;
  }

  it('sends a ticker digit by digit when it is set', async () => {
    await client.close();
    client = await startStreaming(id, create, { number: String });
    const { venue, exchange } = client;
    venue.now = noon;
    await open(() => exchange.watchTicker(btc, { ...params }));
    const next = exchange.watchTicker(btc, { ...params });
    const change = { last: '65000.12', bid: '64999.991', bidVolume: '1.5', ask: '65001.25', askVolume: '0.00000007' };
    venue.setTicker(btc, { ...change, open: '64000.5', high: '66000.5', low: '63000.5', baseVolume: '12.345' });
    expect(await next).toMatchObject({ symbol: btc, ...change, high: '66000.5', low: '63000.5', baseVolume: '12.345' });
    expect((await next).timestamp).toBe(id === 'kraken' ? undefined : noon);
  });

  it('sends several tickers over one socket', async () => {
    const { venue, exchange } = client;
    const watch = () => exchange.watchTickers([btc, eth], { ...params });
    await open(watch);
    await until(() => venue.subscriptions.length === 2);
    if (id === 'kraken') await until(() => btc in exchange.tickers && eth in exchange.tickers);
    const next = watch();
    venue.setTicker(eth, { last: '3500.25' });
    expect(await next).toMatchObject({ [eth]: { last: 3500.25 } });
    expect([venue.streamSockets, venue.dials, venue.handshakes, venue.streamRequests.length]).toEqual([1, 1, 1, 1]);
  });

  it('sends the forming candle, and the closed one in its final state', async () => {
    const { venue, exchange } = client;
    venue.now = noon + 20 * 60_000;
    await open(() => exchange.watchOHLCV(btc, '1h'));
    const toRow = (timestamp: number): unknown => {
      const candle = venue.candle(btc, '1h', timestamp);
      return [timestamp, ...[candle?.open, candle?.high, candle?.low, candle?.close, candle?.volume].map(Number)];
    };
    venue.now = noon + 21 * 60_000;
    const forming = exchange.watchOHLCV(btc, '1h');
    venue.pushCandle(btc, '1h');
    expect((await forming).at(-1)).toEqual(toRow(noon));
    venue.now = noon + hourMs;
    const closed = exchange.watchOHLCV(btc, '1h');
    venue.pushClosedCandle(btc, '1h');
    expect((await closed).at(-1)).toEqual(toRow(noon));
    const next = exchange.watchOHLCV(btc, '1h');
    venue.pushCandle(btc, '5m');
    venue.pushCandle(btc, '1h');
    expect((await next).at(-1)).toEqual(toRow(noon + hourMs));
    expect(() => venue.pushCandle(btc, '7h')).toThrow(RangeError);
  });

  it('keeps a book that stays equal to that of REST', async () => {
    const { venue, exchange } = client;
    const top = (book: { bids: unknown[][]; asks: unknown[][] }) =>
      [book.bids, book.asks].map((side) => side.slice(0, 10).map((level) => level.slice(0, 2)));
    const first = await exchange.watchOrderBook(btc);
    expect(top(first)).toEqual(top(await exchange.fetchOrderBook(btc, 10)));
    for (const change of [{ last: '65000.5' }, { last: '65010.25' }, { last: '64990.75' }, { askVolume: '0.125' }]) {
      const next = exchange.watchOrderBook(btc);
      venue.setTicker(btc, change);
      expect(top(await next)).toEqual(top(await exchange.fetchOrderBook(btc, 10)));
    }
    const quiet = keep(exchange.watchOrderBook(btc));
    venue.setTicker(btc, { high: '70000' });
    await exchange.fetchOrderBook(btc, 10);
    expect(quiet.isPending()).toBe(true);
    quiet.promise.catch(() => {});
  });

  it('sends trades as they are recorded, which REST has too', async () => {
    const { venue, exchange } = client;
    await open(() => exchange.watchTrades(btc));
    const next = exchange.watchTrades(btc);
    const given = { price: '65000.25', amount: '0.125', side: 'sell' } as const;
    const { id: tradeId, timestamp } = venue.trade(btc, given);
    const seen = { id: String(tradeId), timestamp, price: 65000.25, amount: 0.125, side: 'sell' };
    expect(timestamp).toBe(noon);
    expect((await next).at(-1)).toMatchObject(seen);
    expect((await exchange.fetchTrades(btc)).at(-1)).toMatchObject(seen);
    expect((await exchange.fetchTrades(btc, noon - 1000, 5)).at(-1)).toMatchObject(seen);
  });

  it('serves by REST the trades that happened while the stream was down', async () => {
    const { venue, exchange } = client;
    await open(() => exchange.watchTrades(btc));
    const last = venue.trades(btc).at(-1)?.id ?? 0;
    const pending = exchange.watchTrades(btc);
    venue.dropStreams();
    await expect(pending).rejects.toThrow();
    const side = 'buy';
    for (const price of ['65001.5', '65002.5']) venue.trade(btc, { price, amount: '0.5', side });
    venue.trade(btc, { price: '65003.5', amount: '0.5', side, id: last + 10, timestamp: noon + 5 });
    const rows = (await exchange.fetchTrades(btc)).slice(-4).map((trade) => [Number(trade.id), trade.price]);
    expect(rows.map(([tradeId]) => tradeId)).toEqual([last, last + 1, last + 2, last + 10]);
    expect(rows.slice(1).map(([, price]) => price)).toEqual([65001.5, 65002.5, 65003.5]);
  });
});

describe('binance streams', () => {
  let client: StreamClient;

  beforeEach(async () => {
    client = await startStreaming('binance', createBinance);
  });

  afterEach(() => client.close());

  it.each(['ticker', 'candle', 'book', 'trade'])('ends a subscription to a %s', async (kind) => {
    const { venue, exchange } = client;
    const btc = 'BTC/USDT';
    const params = { name: 'ticker' };
    const [watch, unWatch] = {
      ticker: [() => exchange.watchTicker(btc, params), () => exchange.unWatchTicker(btc, params)] as const,
      candle: [() => exchange.watchOHLCV(btc, '1m'), () => exchange.unWatchOHLCV(btc, '1m')] as const,
      book: [() => exchange.watchOrderBook(btc), () => exchange.unWatchOrderBook(btc)] as const,
      trade: [() => exchange.watchTrades(btc), () => exchange.unWatchTrades(btc)] as const,
    }[kind] ?? [() => Promise.reject(), () => Promise.reject()];
    const pending = keep<unknown>(watch());
    await until(() => venue.subscriptions.length === 1);
    if (kind === 'book') await pending.promise;
    const waiting = kind === 'book' ? watch() : pending.promise;
    const rejected = expect(waiting).rejects.toMatchObject({ name: 'UnsubscribeError' });
    expect(await unWatch()).toBe(true);
    await rejected;
    expect(venue.subscriptions).toEqual([]);
    expect(venue.streamRequests.map(({ action }) => action)).toEqual(['subscribe', 'unsubscribe']);
    expect(venue.streamSockets).toBe(1);
  });

  it('streams futures with the same ids at their own URLs', async () => {
    const { venue, exchange } = client;
    const [linear, inverse] = ['BTC/USDT:USDT', 'BTC/USD:BTC'];
    const watches = [
      keep(exchange.watchTicker(linear, { name: 'ticker' })),
      keep(exchange.watchTicker(inverse, { name: 'ticker' })),
      keep(exchange.watchOHLCV(linear, '1m')),
      keep(exchange.watchTrades(inverse)),
    ];
    await until(() => venue.subscriptions.length === 4);
    expect(venue.streamRequests.map(({ path, streams }) => `${path} ${streams}`).sort()).toEqual([
      '/delivery/ws/1 btcusd_perp@ticker',
      '/delivery/ws/3 btcusd_perp@trade',
      '/future/market/ws/0 btcusdt@ticker',
      '/future/market/ws/2 btcusdt@kline_1m',
    ]);
    venue.setTicker('BTC/USDT', { last: '1.5' });
    venue.setTicker(linear, { last: '65020.5' });
    venue.setTicker(inverse, { last: '64980.5', baseVolume: '12.5' });
    venue.pushCandle(linear, '1m');
    venue.trade(inverse, { price: '64980.5', amount: '3', side: 'buy' });
    const [first, second, third, fourth] = await Promise.all(watches.map(({ promise }) => promise));
    expect(first).toMatchObject({ symbol: linear, last: 65020.5 });
    expect(second).toMatchObject({ symbol: inverse, last: 64980.5, baseVolume: 12.5 });
    expect(third).toHaveLength(1);
    expect(fourth).toMatchObject([{ symbol: inverse, price: 64980.5 }]);
  });

  it.each(['BTC/USDT:USDT', 'BTC/USD:BTC'])('keeps the book of %s', async (symbol) => {
    const { venue, exchange } = client;
    await exchange.watchOrderBook(symbol);
    for (const last of ['65030.5', '65010.5', '65020.5']) {
      const next = exchange.watchOrderBook(symbol);
      venue.setTicker(symbol, { last });
      const book = await exchange.fetchOrderBook(symbol, 10);
      expect((await next).bids.slice(0, 10)).toEqual(book.bids);
    }
  });
});

describe('kraken streams', () => {
  it('sends a checksum that ccxt computes too', async () => {
    const options = { ws: { backoff: { base: 0, max: 0 } }, watchOrderBook: { checksum: true } };
    const { venue, exchange, close } = await startStreaming('kraken', createKraken, { number: String, options });
    const book = await exchange.watchOrderBook('BTC/USD');
    expect(book.bids).toHaveLength(10);
    await close();
    expect(venue.openSockets).toBe(0);
  });

  it('sends the last fifty trades after a subscription', async () => {
    const { venue, exchange, close } = await startStreaming('kraken', createKraken);
    const trades = await exchange.watchTrades('BTC/USD');
    expect(trades.map((trade) => Number(trade.id))).toEqual(
      venue
        .trades('BTC/USD')
        .slice(-50)
        .map((trade) => trade.id),
    );
    await close();
  });
});

it('coinbase: every handshake is refused with 404', async () => {
  const { venue, exchange, close } = await startStreaming('coinbase', createCoinbase);
  await expect(exchange.watchTicker('BTC/USD')).rejects.toThrow('404');
  expect([venue.handshakes, venue.dials]).toEqual([1, 0]);
  await close();
  expect(venue.openSockets).toBe(0);
});
