import type { Exchange } from 'ccxt';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import { ccxtErrors, loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { streamDepth, unwatchBookParams } from '../../../src/exchange/quirks/stream-quirks.ts';
import { RefusedDepths } from '../../../src/exchange/streams/book-depth.ts';
import { ExchangeStreams } from '../../../src/exchange/streams/streams.ts';
import { StreamSubscription } from '../../../src/exchange/streams/subscription.ts';
import { orderBookWatch } from '../../../src/exchange/streams/watches/order-book.ts';
import type { OrderBook } from '../../../src/market/model/order-book.ts';
import { toCcxtMarket } from '../../support/exchange/ccxt-market.ts';
import { connect as connectVenue } from '../../support/exchange/venue-client.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { eventually } from '../../support/socket-client.ts';

const hourMs = 3_600_000;
const silenceMs = 60_000;

const contract = { contract: true, linear: true, inverse: false, contractSize: 1, settle: 'USDT', settleId: 'USDT' };
const common = { base: 'BTC', quote: 'USDT', baseId: 'BTC', quoteId: 'USDT', active: true, info: {} };
/** One market of each type, as any exchange might list it. */
const markets = [
  { ...common, type: 'spot', spot: true, symbol: 'BTC/USDT', id: 'BTCUSDT' },
  { ...common, ...contract, type: 'swap', swap: true, symbol: 'BTC/USDT:USDT', id: 'BTC-USDT' },
  { ...common, ...contract, type: 'future', future: true, symbol: 'BTC/USDT:USDT-271227', id: 'BTC-27DEC27' },
  {
    ...common,
    ...contract,
    type: 'option',
    option: true,
    symbol: 'BTC/USDT:USDT-271227-100000-C',
    id: 'BTC-27DEC27-C',
  },
].map((fields) => toCcxtMarket(fields));

async function open(id: string): Promise<Exchange> {
  const ExchangeClass = await loadExchangeClass(id, true);
  const exchange = new ExchangeClass({ newUpdates: true });
  exchange.setMarkets(markets);
  return exchange;
}

/** Marks that the class has sent something; a class that throws another error before that refuses the request. */
class Sent extends Error {}

function cutOff(exchange: Exchange): void {
  const send = async (): Promise<never> => {
    throw new Sent();
  };
  Object.assign(exchange, { watch: send, watchMultiple: send, fetch: send, fetch2: send });
}

const streaming = createCatalogue(readCatalogue(), null).exchanges.filter(({ has }) =>
  has.includes('STREAM_ORDER_BOOK'),
);

test('no class of ccxt refuses the depth that is requested from it, for any kind of market', async () => {
  const refused: string[] = [];
  for (const { id } of streaming.filter(({ simulated }) => !simulated)) {
    const exchange = await open(id);
    cutOff(exchange);
    for (const { symbol } of markets) {
      const request = { kind: 'orderBook', exchange: id, symbol, depth: () => 20 } as const;
      const error: unknown = await orderBookWatch.next(exchange, request, Date.now).catch((thrown) => thrown);
      const isAboutDepth = error instanceof Error && /limit|depth|levels/i.test(error.message);
      if (isAboutDepth) refused.push(`${id} ${symbol}: ${error.message}`);
    }
  }
  expect(streaming.length).toBeGreaterThan(60);
  expect(refused).toEqual([]);
});

test.each([
  { id: 'bybit', option: 100, other: 200 },
  { id: 'bybiteu', option: 100, other: 200 },
  { id: 'whitebit', option: 100, other: 100 },
  { id: 'derive', option: 100, other: 100 },
  { id: 'okx', option: undefined, other: undefined },
])('$id is asked for $option levels of options and $other of others', ({ id, option, other }) => {
  const depths = ['spot', 'swap', 'future', 'option'].map((type) => streamDepth(id, type, 7));
  expect(depths).toEqual([other, other, other, option]);
  expect(streamDepth('sim', 'swap', 7)).toBe(7);
});

describe('the channel of a book is unsubscribed by the depth that it was requested with', () => {
  /** The topics of one book that Bybit's class subscribes to and unsubscribes from. */
  async function topicsOf(symbol: string, leavesDepth: boolean): Promise<readonly unknown[]> {
    const bybit = await open('bybit');
    const topics: unknown[] = [];
    Object.assign(bybit, {
      watchTopics: async (_url: string, _hashes: unknown, names: readonly string[]) => {
        topics.push(...names);
        return bybit.orderBook({ bids: [], asks: [] });
      },
      unWatchTopics: async (...args: readonly unknown[]) => topics.push(...[args[5]].flat()),
    });
    const request = { kind: 'orderBook', exchange: 'bybit', symbol, leavesDepth, depth: () => 20 } as const;
    await orderBookWatch.next(bybit, request, Date.now);
    Object.assign(bybit.has, { unWatchOrderBook: true });
    await orderBookWatch.unwatch(bybit, request);
    return topics;
  }

  test.each([
    { symbol: 'BTC/USDT', leavesDepth: false, topic: 'orderbook.200.BTCUSDT' },
    { symbol: 'BTC/USDT:USDT', leavesDepth: true, topic: 'orderbook.50.BTC-USDT' },
    { symbol: 'BTC/USDT:USDT-271227-100000-C', leavesDepth: false, topic: 'orderbook.100.BTC-27DEC27-C' },
    { symbol: 'BTC/USDT:USDT-271227-100000-C', leavesDepth: true, topic: 'orderbook.100.BTC-27DEC27-C' },
  ])('$topic', async ({ symbol, leavesDepth, topic }) => {
    expect(await topicsOf(symbol, leavesDepth)).toEqual([topic, topic]);
  });

  test('without a depth if ccxt needs none', () => {
    expect(unwatchBookParams('okx', 'spot', undefined)).toEqual({});
    expect(unwatchBookParams('bitfinex', 'spot', 100)).toEqual({});
  });
});

describe('a depth that an exchange refuses', () => {
  const refusal = new ccxtErrors.BadRequest('no such depth');
  let clock: ManualClock;
  let refused: RefusedDepths;
  let asked: (number | undefined)[];

  beforeEach(() => {
    clock = new ManualClock();
    refused = new RefusedDepths(clock.now);
    asked = [];
  });

  /** An instance of Kraken's class that refuses `bad` depths. */
  async function connect(bad: (depth: number | undefined) => Error | null): Promise<Exchange> {
    const kraken = await open('kraken');
    kraken.watchOrderBook = async (_symbol, depth) => {
      asked.push(depth);
      const error = bad(depth);
      if (error) throw error;
      return kraken.orderBook({ bids: [[5, 1]], asks: [[6, 1]] });
    };
    return kraken;
  }

  const subscribe = (symbol = 'BTC/USDT') =>
    new StreamSubscription(
      { kind: 'orderBook', exchange: 'kraken', symbol, depth: () => 20 },
      { onMessage: () => {}, onInterrupted: () => {} },
      clock.now,
      refused,
    );
  const deep = (depth: number | undefined): Error | null => (depth === undefined ? null : refusal);

  test('is left to the exchange over the next connection, and immediately for others of the kind, for an hour', async () => {
    const subscription = subscribe();
    await expect(subscription.nextFrom(await connect(deep))).rejects.toBe(refusal);
    const next = await connect(deep);
    await subscription.nextFrom(next);
    await subscription.nextFrom(next);
    await subscribe('BTC/USDT:USDT').nextFrom(await connect(deep));
    expect(asked).toEqual([100, undefined, undefined, undefined]);
    await clock.advance(hourMs + 1);
    await subscription.nextFrom(next);
    await subscription.nextFrom(await connect(() => null));
    expect(asked.slice(4)).toEqual([undefined, 100]);
  });

  test('is not to blame if the book is refused without it too', async () => {
    const subscription = subscribe();
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(subscription.nextFrom(await connect(() => refusal))).rejects.toBe(refusal);
    }
    await subscribe('BTC/USDT:USDT').nextFrom(await connect(() => null));
    expect(asked).toEqual([100, undefined, 100, 100]);
  });

  test.each([
    { what: 'an outage', error: new ccxtErrors.NetworkError('gone') },
    { what: 'a market that does not exist', error: new ccxtErrors.BadSymbol('which?') },
    { what: 'a lack of keys', error: new ccxtErrors.AuthenticationError('who?') },
  ])('$what says nothing of it', async ({ error }) => {
    const subscription = subscribe();
    await expect(subscription.nextFrom(await connect(() => error))).rejects.toBe(error);
    await subscription.nextFrom(await connect(() => null));
    expect(asked).toEqual([100, 100]);
  });

  test('is also left to the exchange, for this book, if ccxt does not pass on the refusal and nothing comes', async () => {
    const silent = await open('kraken');
    silent.watchOrderBook = (_symbol, depth) => {
      asked.push(depth);
      return new Promise(() => {});
    };
    const subscription = subscribe();
    void subscription.nextFrom(silent);
    await subscription.nextFrom(await connect(() => null));
    await subscribe('BTC/USDT:USDT').nextFrom(await connect(() => null));
    expect(asked).toEqual([100, undefined, 100]);
  });

  test('is not to blame if nothing comes without it either', async () => {
    const subscription = subscribe();
    for (let attempt = 0; attempt < 3; attempt++) {
      const silent = await open('kraken');
      silent.watchOrderBook = (_symbol, depth) => {
        asked.push(depth);
        return new Promise(() => {});
      };
      void subscription.nextFrom(silent);
    }
    expect(asked).toEqual([100, undefined, 100]);
  });

  test('is kept over an old connection that continues while a new one connects', async () => {
    const subscription = subscribe();
    const old = await connect(() => null);
    await subscription.nextFrom(old);
    await expect(subscription.nextFrom(await connect(deep))).rejects.toBe(refusal);
    await subscription.nextFrom(old);
    await subscription.nextFrom(await connect(deep));
    await subscription.nextFrom(old);
    expect(asked).toEqual([100, 100, 100, undefined, 100]);
  });

  test('is not to blame for a failure after messages have come', async () => {
    const subscription = subscribe();
    let fails = false;
    const kraken = await connect(() => (fails ? refusal : null));
    await subscription.nextFrom(kraken);
    fails = true;
    await expect(subscription.nextFrom(kraken)).rejects.toBe(refusal);
    await subscription.nextFrom(await connect(() => null));
    expect(asked).toEqual([100, 100, 100]);
  });
});

test('a book whose depth Kraken refuses is streamed with its own depth', async () => {
  const { venue, exchanges, close } = await connectVenue('kraken', { timeoutMs: 5000 });
  onTestFinished(close);
  const clock = new ManualClock(Date.now());
  const streams = new ExchangeStreams({
    ...{ exchanges, clock, random: () => 0, timeoutMs: 5000, silenceMs, onError: () => {} },
  });
  onTestFinished(() => streams.close());
  const books: OrderBook[] = [];
  const stream = streams.open(
    { kind: 'orderBook', exchange: 'kraken', symbol: 'BTC/USD', depth: () => 20 },
    { onMessage: (book) => books.push(book), onInterrupted: () => {} },
  );
  // ccxt does not report Kraken's refusal to anybody: nothing comes.
  venue.refuseSubscription('book-100 BTC/USD');
  await eventually(async () => {
    await clock.advance(5);
    return venue.streamRequests.length === 1;
  });
  await clock.advance(silenceMs + 1000);
  stream.redial(true);
  await eventually(async () => {
    await clock.advance(5);
    return books.length > 0;
  });
  expect(venue.streamRequests.map(({ streams: [name] }) => name)).toEqual(['book-100 BTC/USD', 'book-10 BTC/USD']);
  expect(books[0]?.bids).toHaveLength(10);
  stream.close();
});
