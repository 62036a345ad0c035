import { beforeEach, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { FanoutScene, RecordedSubscription } from '../../support/server/fanout-scene.ts';

const symbol = 'BTC/USDT:USDT';

let scene: FanoutScene;

beforeEach(() => {
  scene = new FanoutScene();
  const { port, streams } = scene.live;
  streams.offer('ticker');
  port.has.push('MARK_PRICE');
  port.set(symbol, { last: 1 });
  port.markPrices.set(symbol, { markPrice: 100, indexPrice: 99 });
});

async function subscribe(fields: string): Promise<RecordedSubscription> {
  const query = `subscription { tickerUpdated(exchange: "kraken", symbol: "${symbol}") { ${fields} } }`;
  const opening = scene.subscribe({ query });
  await scene.live.clock.advance(10);
  const subscription = await opening;
  if (!(subscription instanceof RecordedSubscription)) throw new Error(subscription.join());
  await settle();
  return subscription;
}

/** The newest event, with the codes of its errors. */
async function newest({ seen }: RecordedSubscription): Promise<unknown> {
  await settle();
  const { data, extensions } = JSON.parse(seen.at(-1) ?? '{}');
  const codes = extensions?.errors.map((error: MarketDataError & { readonly extensions: object }) => error.extensions);
  return codes
    ? { ...data.tickerUpdated, codes: codes.map(({ code }: { readonly code: string }) => code) }
    : data?.tickerUpdated;
}

function tick(last: number, fields: object = {}): void {
  const receivedAt = scene.live.clock.now();
  const ticker = tickerOf({ exchange: 'kraken', symbol, last, receivedAt, source: 'STREAM', ...fields });
  scene.live.streams.push('ticker', symbol, ticker);
}

test('events contain the mark price of the moment, or that of the ticker', async () => {
  const subscription = await subscribe('last markPrice indexPrice');
  expect(await newest(subscription)).toEqual({ last: 1, markPrice: 100, indexPrice: 99 });
  scene.live.port.markPrices.set(symbol, { markPrice: 101 });
  tick(2);
  expect(await newest(subscription)).toEqual({ last: 2, markPrice: 101, indexPrice: null });
  tick(3, { markPrice: 50, indexPrice: 49 });
  expect(await newest(subscription)).toEqual({ last: 3, markPrice: 50, indexPrice: 49 });
  expect(scene.live.port.markPrices.calls).toHaveLength(2);
  subscription.end();
});

test('no mark price is fetched for events that do not contain it', async () => {
  const subscription = await subscribe('last');
  tick(2);
  expect(await newest(subscription)).toEqual({ last: 2 });
  expect(scene.live.port.markPrices.calls).toEqual([]);
  subscription.end();
});

test('a mark price that fails is null, with its error, and the event comes', async () => {
  scene.live.port.markPrices.set(symbol, new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
  const subscription = await subscribe('last markPrice');
  expect(await newest(subscription)).toEqual({ last: 1, markPrice: null, codes: ['EXCHANGE_UNAVAILABLE'] });
  subscription.end();
});

test('a call for mark prices that hangs delays one event by a second, and later ones not at all', async () => {
  const { port, clock } = scene.live;
  const subscription = await subscribe('last markPrice');
  const release = port.markPrices.hold();
  tick(2);
  await clock.advance(999);
  expect(await newest(subscription)).toMatchObject({ last: 1 });
  await clock.advance(1);
  expect(await newest(subscription)).toEqual({ last: 2, markPrice: null, codes: ['TIMEOUT'] });
  for (const last of [3, 4, 5]) {
    tick(last);
    expect(await newest(subscription)).toEqual({ last, markPrice: null, codes: ['TIMEOUT'] });
  }
  expect(port.markPrices.calls).toHaveLength(2);
  release();
  await settle();
  tick(6);
  expect(await newest(subscription)).toEqual({ last: 6, markPrice: 100 });
  subscription.end();
});
