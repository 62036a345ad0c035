import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { ExchangeStreams } from '../../../src/exchange/streams/streams.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';
import type { Liquidation } from '../../../src/market/model/derivatives/liquidation.ts';
import { connectTo, type StandInClient } from '../../support/exchange/venue-client.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import type { Venue } from '../../venues/venue.ts';

let venue: Venue;
let client: StandInClient;
let streams: ExchangeStreams;

function createStreams(clock: Clock): ExchangeStreams {
  return new ExchangeStreams({
    ...{ exchanges: client.exchanges, clock, random: () => 0, timeoutMs: 2000 },
    ...{ silenceMs: 600_000, onError: () => {} },
  });
}

beforeEach(async () => {
  venue = await createBinance();
  client = await connectTo('binance', { ...venue.exchangeConfig, enableRateLimit: false });
  streams = createStreams(systemClock);
});

afterEach(async () => {
  await streams.close();
  await client.close();
  await venue.close();
});

/** What a listener has been told, oldest first. */
function listen(symbol: string): readonly (readonly Liquidation[] | MarketDataError | 'open')[] {
  const told: (readonly Liquidation[] | MarketDataError | 'open')[] = [];
  streams.open(
    { exchange: 'binance', symbol, kind: 'liquidations' },
    {
      onOpen: () => told.push('open'),
      onMessage: (message) => told.push(message),
      onInterrupted: (error) => told.push(error),
    },
  );
  return told;
}

const liquidation = { side: 'sell', price: '60000.5', amount: '0.4', lastFill: '0.1' } as const;

test('a stream that sends nothing says when it is open, and again after each reconnect', async () => {
  const told = listen('BTC/USDT:USDT');
  await eventually(() => told.length > 0);
  expect(told).toEqual(['open']);
  expect(venue.subscriptions).toEqual(['btcusdt@forceOrder']);
  venue.dropStreams();
  await eventually(() => told.length > 2);
  expect(told[1]).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
  expect(told[2]).toBe('open');
  const timestamp = Date.now();
  venue.liquidate('BTC/USDT:USDT', { ...liquidation, timestamp });
  await eventually(() => told.length > 3);
  const value = { price: 60_000.5, contracts: 0.4, value: 24_000.2, side: 'sell', timestamp };
  expect(told[3]).toMatchObject([value]);
});

test('a stream that cannot connect is not open', async () => {
  venue.hangStreams();
  const clock = new ManualClock();
  streams = createStreams(clock);
  const told = listen('BTC/USDT:USDT');
  while (venue.handshakes === 0) {
    await clock.advance(50);
    await setImmediate();
  }
  await clock.advance(1000);
  expect(told).toEqual([]);
});

test('streams of several markets are requested together, and each receives its own', async () => {
  const [btc, eth] = [listen('BTC/USDT:USDT'), listen('ETH/USDT:USDT')];
  await eventually(() => btc.length > 0 && eth.length > 0);
  expect(venue.streamRequests).toHaveLength(1);
  venue.liquidate('ETH/USDT:USDT', { ...liquidation, price: '3000', timestamp: Date.now() });
  await eventually(() => eth.length > 1);
  expect(eth[1]).toMatchObject([{ price: 3000, value: 1200 }]);
  expect(btc).toEqual(['open']);
});

test('a refusal is no interruption that ends by itself', async () => {
  const told = listen('BTC/USDT');
  await eventually(() => told.length > 0);
  expect(told[0]).toMatchObject({ retryable: false });
});
