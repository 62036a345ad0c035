import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { FundingRate } from '../../../src/market/model/derivatives/funding-rate.ts';
import type { OpenInterest } from '../../../src/market/model/derivatives/open-interest.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { type LiveFeeds, lingerMs, silenceMs, staleMaxMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';
import type { Reader } from '../../support/feed/reader.ts';

const btc = 'BTC/USDT:USDT';
const minute = 60_000;
const hour = 60 * minute;
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
});

const toText = (value: FundingRate | MarketDataError): string =>
  value instanceof MarketDataError ? value.code : `${value.rate} ${value.source}${value.stale ? ' stale' : ''}`;
const toAmount = (value: OpenInterest | MarketDataError): string =>
  value instanceof MarketDataError ? value.code : `${value.amount} ${value.source}${value.stale ? ' stale' : ''}`;

function follow(symbol = btc): Reader<FundingRate> {
  return live.follow(live.feeds.derivatives.fundingRate('kraken', symbol), toText);
}

async function push(fields: Partial<FundingRate>): Promise<void> {
  const [now, common] = [
    live.clock.now(),
    { exchange: 'kraken', symbol: btc, source: 'STREAM', stale: false } as const,
  ];
  const numbers = { rate: null, nextRate: null, intervalMs: null, nextFundingTime: null };
  const prices = { markPrice: null, indexPrice: null };
  live.streams.push('fundingRate', btc, {
    ...common,
    ...numbers,
    ...prices,
    timestamp: now,
    receivedAt: now,
    ...fields,
  });
  await settle();
}

describe('funding rates', () => {
  test('of a hundred markets and a thousand subscribers take one call per minute', async () => {
    const { derivatives } = live.port;
    derivatives.setRate({ rate: 0.0001 });
    const symbols = Array.from({ length: 100 }, (_, number) => `C${number}/USDT:USDT`);
    const readers = symbols.flatMap((symbol) => Array.from({ length: 10 }, () => follow(symbol)));
    await live.clock.advance(1000);
    expect(readers.every(({ texts }) => texts.join() === '0.0001 FETCH')).toBe(true);
    expect(derivatives.rateCalls).toEqual([{ exchange: 'kraken', symbols }]);
    derivatives.rateCalls.length = 0;
    derivatives.setRate({ rate: 0.0002 });
    await live.clock.advance(10 * minute);
    expect(derivatives.rateCalls).toHaveLength(10);
    expect(derivatives.rateCalls.every((call) => call.symbols.length === 100)).toBe(true);
    expect(readers.every(({ texts }) => texts.join() === '0.0001 FETCH,0.0002 POLL')).toBe(true);
    expect(live.feeds.counts).toMatchObject({ topics: 100, polls: 1, subscribers: 1000 });
  });

  test('of topics that begin one after the other come with one call', async () => {
    const symbols = Array.from({ length: 5 }, (_, number) => `C${number}/USDT:USDT`);
    for (const symbol of symbols) {
      follow(symbol);
      await live.clock.advance(15);
    }
    await live.clock.advance(1000);
    expect(live.port.derivatives.rateCalls).toEqual([{ exchange: 'kraken', symbols }]);
  });

  test('of linear and inverse contracts are polled apart', async () => {
    follow(btc);
    follow('BTC/USD:BTC');
    await live.clock.advance(1000);
    live.port.derivatives.rateCalls.length = 0;
    await live.clock.advance(minute);
    expect(live.port.derivatives.rateCalls.map(({ symbols }) => symbols)).toEqual([[btc], ['BTC/USD:BTC']]);
  });

  test('are sent once more, marked stale, when the exchange fails, and anew when it is back', async () => {
    live.port.derivatives.setRate({ rate: 0.0001 });
    const reader = follow();
    await live.clock.advance(1000);
    live.port.derivatives.fail(down);
    await live.clock.advance(minute);
    expect(reader.texts).toEqual(['0.0001 FETCH', '0.0001 FETCH stale']);
    expect(live.feeds.states).toMatchObject([{ kind: 'fundingRate', isStale: true }]);
    const late = follow();
    await settle();
    expect(late.texts).toEqual(['0.0001 FETCH stale']);
    await live.clock.advance(5 * minute);
    live.port.derivatives.fail(null);
    await live.clock.advance(minute);
    expect(reader.texts).toEqual(['0.0001 FETCH', '0.0001 FETCH stale', '0.0001 POLL']);
    expect(live.feeds.states).toMatchObject([{ isStale: false }]);
    expect(live.health).toEqual(['kraken EXCHANGE_UNAVAILABLE', 'kraken ok']);
  });

  test('are not polled while a stream brings them, although a minute passes between its messages', async () => {
    live.streams.offer('fundingRate');
    live.port.derivatives.setRate({ rate: 1 });
    const reader = follow();
    await live.clock.advance(100);
    await push({ rate: 2 });
    live.port.derivatives.rateCalls.length = 0;
    for (let message = 3; message < 8; message++) {
      await live.clock.advance(90_000);
      await push({ rate: message });
    }
    expect(reader.texts.slice(0, 3)).toEqual(['1 FETCH', '2 STREAM', '3 STREAM']);
    expect(live.port.derivatives.rateCalls).toEqual([]);
    expect(live.streams.opened[0]?.redials).toEqual([]);
    // Twice the pace of polls without a message: it is silent.
    await live.clock.advance(2 * minute + silenceMs);
    expect(live.port.derivatives.rateCalls.length).toBeGreaterThan(0);
    expect(live.streams.opened[0]?.redials).not.toContain(true);
  });

  test('keep from the last call what a stream leaves out, until the payment', async () => {
    live.streams.offer('fundingRate');
    const nextFundingTime = live.clock.now() + 10 * minute;
    live.port.derivatives.setRate({ rate: 1, intervalMs: 8 * hour, nextFundingTime, markPrice: 5 });
    const reader = follow();
    await live.clock.advance(100);
    await push({ rate: 2 });
    expect(reader.seen.at(-1)).toMatchObject({ rate: 2, intervalMs: 8 * hour, nextFundingTime, markPrice: null });
    // The exchange pays more often from then on.
    const following = nextFundingTime + 4 * hour;
    live.port.derivatives.setRate({ rate: 3, intervalMs: 4 * hour, nextFundingTime: following });
    for (let message = 0; message < 12; message++) {
      await live.clock.advance(minute);
      await push({ rate: 4 });
    }
    expect(reader.seen.at(-1)).toMatchObject({ rate: 4, intervalMs: 4 * hour, nextFundingTime: following });
    expect(live.port.derivatives.rateCalls).toHaveLength(2);
    // A time that does not fit the interval shows that it has changed again.
    await push({ rate: 5, nextFundingTime: following + 4 * hour });
    expect(reader.seen.at(-1)).toMatchObject({ rate: 5, intervalMs: 4 * hour });
    await push({ rate: 6, nextFundingTime: following + 5 * hour });
    expect(reader.seen.at(-1)).toMatchObject({ rate: 6, intervalMs: null });
  });

  test('answer the next subscriber at once, and are asked for anew after a pause', async () => {
    live.port.derivatives.setRate({ rate: 1 });
    const first = follow();
    await live.clock.advance(1000);
    await first.leave();
    await live.clock.advance(lingerMs - 1);
    expect(follow().texts).toEqual([]);
    await live.clock.advance(0);
    expect(live.port.derivatives.rateCalls).toHaveLength(1);
  });
});

describe('open interest', () => {
  function interest(symbol = btc): Reader<OpenInterest> {
    return live.follow(live.feeds.derivatives.openInterest('kraken', symbol), toAmount);
  }

  test('is polled each minute, once for all subscribers', async () => {
    live.port.derivatives.setInterest({ amount: 10 });
    const readers = [interest(), interest(), interest('ETH/USDT:USDT')];
    await live.clock.advance(1000);
    live.port.derivatives.interestCalls.length = 0;
    live.port.derivatives.setInterest({ amount: 11 });
    await live.clock.advance(3 * minute);
    expect(live.port.derivatives.interestCalls).toHaveLength(6);
    for (const { texts } of readers) expect(texts).toEqual(['10 FETCH', '11 POLL']);
  });

  test('is sent once more, marked stale, when the exchange fails', async () => {
    live.port.derivatives.setInterest({ amount: 10 });
    const reader = interest();
    await live.clock.advance(1000);
    live.port.derivatives.fail(down);
    await live.clock.advance(2 * minute);
    live.port.derivatives.fail(null);
    await live.clock.advance(staleMaxMs);
    expect(reader.texts).toEqual(['10 FETCH', '10 FETCH stale', '10 POLL']);
  });
});
