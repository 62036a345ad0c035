import { beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Liquidation } from '../../../src/market/model/derivatives/liquidation.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { type LiveFeeds, lingerMs, staleMaxMs, startTimeoutMs, useLiveFeeds } from '../../support/feed/live-feeds.ts';
import type { Reader } from '../../support/feed/reader.ts';

const btc = 'BTC/USDT:USDT';
const hour = 3_600_000;
const down = new MarketDataError('EXCHANGE_UNAVAILABLE', 'down');
const useLive = useLiveFeeds();

let live: LiveFeeds;

beforeEach(() => {
  live = useLive();
  live.port.set(btc, { last: 1 });
  live.port.set('BTC/USDT', { last: 1 });
  live.port.setCapabilities(['STREAM_LIQUIDATIONS']);
  live.streams.offer('liquidations');
});

const toText = (value: readonly Liquidation[] | MarketDataError): string =>
  value instanceof MarketDataError ? value.code : value.map(({ price }) => price).join();

function follow(): Reader<readonly Liquidation[]> {
  return live.follow(live.feeds.derivatives.liquidations('kraken', btc), toText);
}

function liquidation(price: number, timestamp = live.clock.now()): Liquidation {
  return { exchange: 'kraken', symbol: btc, timestamp, price, contracts: 1, value: price, side: 'sell' };
}

function push(prices: readonly number[], isFirst = false): void {
  live.streams.push(
    'liquidations',
    btc,
    prices.map((price) => liquidation(price)),
    isFirst,
  );
}

/** The outcome of a start so far: null while it waits. */
async function start(symbol = btc, exchange = 'kraken'): Promise<{ readonly outcome: () => string | null }> {
  let outcome: string | null = null;
  live.operations.derivatives.liquidations(exchange, symbol).then(
    (subscription) => {
      outcome = 'started';
      live.follow(subscription, toText);
    },
    (error: unknown) => {
      outcome = error instanceof MarketDataError ? `${error.code} ${error.message}` : 'another error';
    },
  );
  await settle();
  return { outcome: () => outcome };
}

describe('a subscription', () => {
  test('starts when its stream is open, although nothing comes', async () => {
    const { outcome } = await start();
    await live.clock.advance(startTimeoutMs - 1000);
    expect(outcome()).toBe(null);
    live.streams.connect('liquidations', btc);
    await settle();
    expect(outcome()).toBe('started');
    const second = await start();
    expect(second.outcome()).toBe('started');
    expect(live.streams.all).toHaveLength(1);
  });

  test('fails with the reason when its stream does not open', async () => {
    const { outcome } = await start();
    live.streams.interrupt('liquidations', btc, down);
    await live.clock.advance(startTimeoutMs);
    expect(outcome()).toBe('EXCHANGE_UNAVAILABLE down');
    expect(live.feeds.counts.subscribers).toBe(0);
  });

  test('fails when nothing at all is known of its stream', async () => {
    const { outcome } = await start();
    await live.clock.advance(startTimeoutMs);
    expect(outcome()).toMatch(/^TIMEOUT /);
  });

  test('is refused at once by an exchange that refuses it, and for a market that cannot have liquidations', async () => {
    const { outcome } = await start();
    const error = new MarketDataError('AUTHENTICATION_REQUIRED', 'a key is needed');
    live.streams.interrupt('liquidations', btc, error);
    await settle();
    expect(outcome()).toBe('AUTHENTICATION_REQUIRED a key is needed');
    expect((await start('BTC/USDT')).outcome()).toBe(
      'NOT_SUPPORTED BTC/USDT of kraken is not a contract, so it has no liquidations; try BTC/USDT:USDT.',
    );
    expect((await start('X/Y')).outcome()).toMatch(/^SYMBOL_NOT_FOUND /);
  });

  test('names other exchanges where its own has no such stream', async () => {
    const { outcome } = await start(btc, 'binance');
    expect(outcome()).toBe('NOT_SUPPORTED binance offers no liquidations; kraken does.');
  });
});

test('a stream that the exchange does not have after all ends it', async () => {
  const { outcome } = await start();
  live.streams.connect('liquidations', btc);
  await settle();
  expect(outcome()).toBe('started');
  const fresh = new MarketDataError('NOT_SUPPORTED', 'no such stream');
  live.streams.interrupt('liquidations', btc, fresh);
  expect(live.feeds.counts).toMatchObject({ topics: 0, subscribers: 0 });
});

test('each liquidation is sent, in the order in which they come, and only new ones to a new subscriber', async () => {
  const reader = follow();
  push([1, 2]);
  push([3]);
  const late = follow();
  push([3]);
  await settle();
  expect(reader.texts).toEqual(['1,2', '3', '3']);
  expect(late.texts).toEqual(['3']);
});

test('hours without a liquidation are no reason to reconnect, to poll, or to call the feed old', async () => {
  const reader = follow();
  live.streams.connect('liquidations', btc);
  await live.clock.advance(12 * hour);
  expect(live.streams.opened[0]?.redials).toEqual([]);
  expect(live.feeds.counts).toEqual({ topics: 1, streams: 1, polls: 0, subscribers: 1 });
  expect(live.feeds.states).toMatchObject([{ kind: 'liquidations', isStale: false, knownAt: live.clock.now() }]);
  push([1]);
  await settle();
  expect(reader.texts).toEqual(['1']);
});

test('after an interruption it continues, and what comes again is sent once', async () => {
  const reader = follow();
  live.streams.connect('liquidations', btc);
  push([1, 2], true);
  live.streams.interrupt('liquidations', btc, down);
  expect(live.feeds.states).toMatchObject([{ isStale: true }]);
  await live.clock.advance(staleMaxMs / 2);
  live.streams.connect('liquidations', btc);
  expect(live.feeds.states).toMatchObject([{ isStale: false }]);
  const repeated = [liquidation(1, live.clock.now() - staleMaxMs / 2), liquidation(3)];
  live.streams.push('liquidations', btc, repeated, true);
  await settle();
  expect(reader.texts).toEqual(['1,2', '3']);
  expect(reader.ended).toBe(false);
});

test('what the first message of a connection brings from before the subscription is left out', async () => {
  const reader = follow();
  live.streams.push('liquidations', btc, [liquidation(1, live.clock.now() - 60_000), liquidation(2)], true);
  await settle();
  expect(reader.texts).toEqual(['2']);
});

test('a long interruption ends it with an error, because silence would look like a calm market', async () => {
  const reader = follow();
  live.streams.connect('liquidations', btc);
  live.streams.interrupt('liquidations', btc, down);
  await live.clock.advance(staleMaxMs - 1);
  live.streams.interrupt('liquidations', btc, down);
  await settle();
  expect(reader.texts).toEqual([]);
  await live.clock.advance(1);
  live.streams.interrupt('liquidations', btc, down);
  await settle();
  expect(reader.seen).toMatchObject([{ code: 'EXCHANGE_UNAVAILABLE', retryable: true }]);
  expect(reader.ended).toBe(true);
  await live.clock.advance(lingerMs);
  expect(live.streams.opened).toEqual([]);
});

test('who subscribes while the stream is down learns why it is, and not that something is missing', async () => {
  const { outcome } = await start();
  live.streams.interrupt('liquidations', btc, down);
  await live.clock.advance(startTimeoutMs / 2);
  live.streams.interrupt('liquidations', btc, down);
  await settle();
  expect(outcome()).toBe('EXCHANGE_UNAVAILABLE down');
});

test('who subscribes after a long interruption has ended others learns why the stream is down', async () => {
  const reader = follow();
  live.streams.connect('liquidations', btc);
  live.streams.interrupt('liquidations', btc, down);
  await live.clock.advance(staleMaxMs);
  live.streams.interrupt('liquidations', btc, down);
  await settle();
  expect(reader.texts).toEqual(['EXCHANGE_UNAVAILABLE']);
  const { outcome } = await start();
  live.streams.interrupt('liquidations', btc, down);
  await settle();
  expect(outcome()).toBe('EXCHANGE_UNAVAILABLE down');
});

test('an exchange that refuses the market later ends it with its error', async () => {
  const reader = follow();
  live.streams.connect('liquidations', btc);
  live.streams.interrupt('liquidations', btc, new MarketDataError('SYMBOL_NOT_FOUND', 'delisted'));
  await settle();
  expect(reader.texts).toEqual(['SYMBOL_NOT_FOUND']);
  expect(live.streams.opened).toEqual([]);
});

test('a client that is too slow for every liquidation gets SLOW_CONSUMER', async () => {
  const subscription = live.feeds.derivatives.liquidations('kraken', btc);
  live.streams.connect('liquidations', btc);
  for (let price = 1; price <= 1001; price++) push([price]);
  const events: unknown[] = [];
  for await (const { value } of subscription) events.push(value);
  expect(events.at(-1)).toMatchObject({ code: 'SLOW_CONSUMER' });
});
