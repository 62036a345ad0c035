import { beforeEach, expect, test } from 'vitest';
import { fetchQuote } from '../../../src/graphql/execution/fetch-quote.ts';
import { Freshness } from '../../../src/graphql/execution/freshness.ts';
import { TickerLoader } from '../../../src/graphql/execution/loaders.ts';
import { OperationMarketData } from '../../../src/graphql/execution/operation-market-data.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Fresh } from '../../../src/market/model/fresh.ts';
import type { Markets } from '../../../src/market/model/market.ts';
import type { TickerResults } from '../../../src/market/ports/market-data.ts';
import type { Quote } from '../../../src/market/quotes/quote.ts';
import { FakeMarketData } from '../../support/fakes/fake-market-data.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

const btc = 'BTC/USDT';
const ids = ['a', 'b', 'c'];

/** How long everything stays fresh, in ms. */
const ttlMs = 60_000;

let clock: ManualClock;
let port: FakeMarketData;
let freshness: Freshness;
let bugs: MarketDataError[];

/** Says how long its answers are fresh. */
class FreshMarketData extends FakeMarketData {
  override async fetchMarkets(exchange: string): Promise<Fresh<Markets>> {
    return { ...(await super.fetchMarkets(exchange)), freshUntil: clock.now() + ttlMs };
  }

  override async fetchTickers(exchange: string, symbols: readonly string[]): Promise<TickerResults> {
    const results = [...(await super.fetchTickers(exchange, symbols))];
    return new Map(
      results.map(([symbol, result]) => [
        symbol,
        result instanceof MarketDataError ? result : { ...result, freshUntil: clock.now() + ttlMs },
      ]),
    );
  }
}

beforeEach(() => {
  clock = new ManualClock();
  port = new FreshMarketData(clock, ids);
  port.set(btc, { last: 1 });
  freshness = new Freshness();
  bugs = [];
});

async function quoteAfter(ms: number, symbol = btc, exchanges: readonly string[] = ids): Promise<Quote | null> {
  let quote: Quote | null = null;
  void fetchQuote(symbol, exchanges, {
    marketData: new OperationMarketData(port, freshness),
    tickers: new TickerLoader(port, freshness),
    clock,
    onBug: (error) => bugs.push(error),
  }).then((made) => {
    quote = made;
  });
  await settle();
  await clock.advance(ms);
  return quote;
}

const reasonsOf = (quote: Quote | null) => quote?.exchanges.map(({ leftOut, errorCode }) => errorCode ?? leftOut);

test('all exchanges are asked at once, each for itself', async () => {
  expect(reasonsOf(await quoteAfter(0))).toEqual([null, null, null]);
  expect(port.tickerCalls).toMatchObject(ids.map((exchange) => ({ exchange, symbols: [btc] })));
  expect(clock.pending).toBe(0);
});

test('an exchange that hangs is waited for three seconds, and its call goes on', async () => {
  const release = port.holdOn('b');
  expect(await quoteAfter(2999)).toBeNull();
  await clock.advance(1);
  release();
  const second = await quoteAfter(3000);
  expect(reasonsOf(second)).toEqual([null, null, null]);
});

test('what came in time is part of the quote, and the answer is not kept', async () => {
  port.holdOn('b');
  const quote = await quoteAfter(3000);
  expect(reasonsOf(quote)).toEqual([null, 'TIMEOUT', null]);
  expect(quote?.exchanges[0]).toMatchObject({ ageMs: 3000 });
  expect(freshness.expiry).toBeNull();
});

test('an exchange that fails is part of the quote with its code, and the answer is not kept', async () => {
  port.failOn('a', new MarketDataError('GEO_BLOCKED', 'not from here'));
  expect(reasonsOf(await quoteAfter(0))).toEqual(['GEO_BLOCKED', null, null]);
  expect(freshness.expiry).toBeNull();
  expect(bugs).toEqual([]);
});

test('an exchange without the symbol is not asked for its ticker, and the answer is kept for a second, because of its ages', async () => {
  port.set(btc, new MarketDataError('SYMBOL_NOT_FOUND', 'none'), 'c');
  expect(reasonsOf(await quoteAfter(0))).toEqual([null, null, 'SYMBOL_NOT_FOUND']);
  expect(port.tickerCalls.map(({ exchange }) => exchange)).toEqual(['a', 'b']);
  expect(freshness.expiry).toMatchObject({ until: clock.now() + 1000, reusableUntil: clock.now() + 1000 });
});

test('an exchange that cannot list its markets may still know the ticker', async () => {
  port.fetchMarkets = () => Promise.reject(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
  expect(reasonsOf(await quoteAfter(0))).toEqual([null, null, null]);
});

test('while no exchange has answered, all are waited for: until the first has, or all have failed', async () => {
  const releases = ids.map((id) => port.holdOn(id));
  expect(await quoteAfter(3000)).toBeNull();
  const waiting = quoteAfter(5000);
  await clock.advance(0);
  releases[1]?.();
  expect(reasonsOf(await waiting)).toEqual(['TIMEOUT', null, 'TIMEOUT']);
  port.fail(new MarketDataError('OVERLOADED', 'too much'));
  for (const release of releases) release();
  expect(reasonsOf(await quoteAfter(0))).toEqual(Array(3).fill('OVERLOADED'));
  expect(clock.pending).toBe(0);
});

test('a bug is reported, and the other exchanges stand', async () => {
  const fetchTickers = port.fetchTickers.bind(port);
  port.fetchTickers = async (exchange, symbols) => {
    if (exchange === 'b') throw new TypeError('a bug');
    return fetchTickers(exchange, symbols);
  };
  expect(reasonsOf(await quoteAfter(0))).toEqual([null, 'INTERNAL_SERVER_ERROR', null]);
  expect(bugs).toMatchObject([{ code: 'INTERNAL_SERVER_ERROR' }]);
});
