import type { Client } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { lingerMs, nothing, pollIntervalMs } from '../../support/feed/live-feeds.ts';
import { FanoutScene, RecordedSubscription } from '../../support/server/fanout-scene.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, type Operation, subscribe } from '../../support/socket-client.ts';
import { openStream } from '../../support/stream-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createCoinbase } from '../../venues/coinbase/coinbase.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

describe('over the fan-out', () => {
  const query = `subscription ($exchanges: [ID!]!) {
    quoteUpdated(symbol: "BTC/USDT", exchanges: $exchanges) { median exchanges { leftOut ticker { last } } }
  }`;
  const variables = { exchanges: ['kraken', 'binance'] };
  let scene: FanoutScene;

  beforeEach(() => {
    scene = new FanoutScene();
    scene.live.streams.offer('ticker');
    scene.live.port.set('BTC/USDT', { last: 1 });
  });

  /** After the last subscription and the linger time nothing is left. */
  afterEach(async () => {
    await scene.live.clock.advance(lingerMs);
    expect(scene.live.feeds.counts).toEqual(nothing);
    expect([scene.fanout.groupCount, scene.fanout.payloadCount, scene.live.clock.pending]).toEqual([0, 0, 0]);
    expect(scene.reported).toEqual([]);
  });

  async function join(count: number): Promise<readonly RecordedSubscription[]> {
    const opened = await Promise.all(Array.from({ length: count }, () => scene.subscribe({ query, variables })));
    await settle();
    return opened.map((each) => {
      if (each instanceof RecordedSubscription) return each;
      throw new Error(`refused: ${each}`);
    });
  }

  function tick(exchange: string, last: number): void {
    const receivedAt = scene.live.clock.now();
    const ticker = tickerOf({ exchange, symbol: 'BTC/USDT', last, receivedAt, source: 'STREAM' });
    scene.live.streams.push('ticker', 'BTC/USDT', ticker, false, exchange);
  }

  const medians = ({ seen }: RecordedSubscription) => seen.map((json) => JSON.parse(json).data.quoteUpdated.median);

  test('a thousand clients of one quote are one subscriber of each exchange, and receive the same payloads', async () => {
    const clients = [...(await join(500)), ...(await join(500))];
    expect(scene.live.feeds.counts).toMatchObject({ topics: 2, streams: 2, subscribers: 1 });
    expect(scene.fanout.groupCount).toBe(1);
    for (let last = 2; last <= 4; last++) {
      await scene.live.clock.advance(100);
      tick('binance', last);
      await settle();
    }
    await scene.live.clock.advance(100);
    for (const client of clients) expect(medians(client)).toEqual([1, 1.5, 2, 2.5]);
    for (const client of clients) client.end();
  });

  test('each client receives at most ten quotes in a second', async () => {
    const [client] = await join(1);
    if (!client) throw new TypeError('no client');
    for (let ms = 0; ms < 2000; ms += 10) {
      tick(ms % 20 === 0 ? 'kraken' : 'binance', 1 + ms);
      await scene.live.clock.advance(10);
    }
    expect(client.seen.length).toBeGreaterThan(18);
    expect(client.seen.length).toBeLessThanOrEqual(21);
    client.end();
  });

  test('while all exchanges fail, new clients are refused, and those that are there continue', async () => {
    const [early] = await join(1);
    if (!early) throw new TypeError('no client');
    scene.live.port.fail(new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
    scene.live.streams.interrupt('ticker', 'BTC/USDT');
    // The last known tickers become too old.
    await scene.live.clock.advance(80_000);
    const late = scene.subscribe({ query, variables });
    await scene.live.clock.advance(20_000);
    expect(await late).toEqual(['EXCHANGE_UNAVAILABLE']);
    scene.live.port.fail(null);
    await scene.live.clock.advance(40 * pollIntervalMs);
    const [back] = await join(1);
    expect(medians(early).at(-1)).toBe(1);
    early.end();
    back?.end();
  });

  test.each([
    [['kraken', 'krakn'], 'EXCHANGE_NOT_FOUND'],
    [[], 'BAD_USER_INPUT'],
  ])('%j is refused', async (exchanges, code) => {
    expect(await scene.subscribe({ query, variables: { exchanges } })).toEqual([code]);
  });
});

describe('over stand-ins', () => {
  const ids = ['binance', 'kraken', 'coinbase'];
  let venues: Readonly<Record<string, Venue>>;
  let server: AppServer;
  let client: Client;

  beforeEach(async () => {
    const [binance, kraken, coinbase] = await Promise.all([createBinance(), createKraken(), createCoinbase()]);
    venues = { binance, kraken, coinbase };
    for (const venue of Object.values(venues))
      venue.setTicker('BTC/USDT', { last: '65000', bid: '64999', ask: '65001' });
    const config = { exchanges: [...ids, 'sim'], lingerMs: 50, pollIntervalMs: 100, upstreamTimeoutMs: 5000 };
    server = await startServer({ config, venues });
    client = connect(server.webSocketUrl);
  });

  afterEach(async () => {
    await client.dispose();
    await eventually(() => Object.values(server.app.counts).every((count) => count === 0));
    await Promise.all(Object.values(venues).map((venue) => venue.close()));
    await server.stop();
  });

  const query = `subscription ($exchanges: [ID!]!, $symbol: String! = "BTC/USDT") {
    quoteUpdated(symbol: $symbol, exchanges: $exchanges) {
      spread median bestBid { exchange { id } price }
      exchanges { exchange { id } leftOut errorCode ticker { last stale source } }
    }
  }`;
  const last = ({ results }: Operation) => results.at(-1)?.data?.quoteUpdated;

  test('a quote follows streams and polls alike', async () => {
    const operation = subscribe(client, query, { exchanges: ids });
    await eventually(() => last(operation)?.exchanges.every((each: { leftOut: unknown }) => each.leftOut === null));
    await eventually(() => venues.kraken?.subscriptions.length === 1 && venues.binance?.subscriptions.length === 1);
    venues.kraken?.setTicker('BTC/USDT', { last: '65010', bid: '65006', ask: '65012' });
    await eventually(() => last(operation)?.bestBid.price === 65_006);
    expect(last(operation)).toMatchObject({ bestBid: { exchange: { id: 'kraken' } }, spread: -5, median: 65_000 });
    venues.coinbase?.setTicker('BTC/USDT', { last: '65020', bid: '65008', ask: '65021' });
    await eventually(() => last(operation)?.bestBid.price === 65_008);
    expect(last(operation).exchanges[2]).toMatchObject({ exchange: { id: 'coinbase' }, ticker: { last: 65_020 } });
    operation.stop();
  });

  test('it does not wait for an exchange that hangs, and an exchange that goes down is stale', async () => {
    venues.coinbase?.fault({ kind: 'hang' });
    const operation = subscribe(client, query, { exchanges: ids });
    await operation.until(1);
    await eventually(() => last(operation)?.exchanges[1].leftOut === null);
    await eventually(() => last(operation)?.exchanges[2].leftOut === 'FAILED');
    expect(last(operation).exchanges[2].ticker).toBeNull();
    await venues.kraken?.goDown();
    await eventually(() => last(operation)?.exchanges[1].leftOut === 'STALE');
    expect(last(operation)).toMatchObject({ median: 65_000, exchanges: [{}, { ticker: { stale: true } }, {}] });
    operation.stop();
  });

  test('it comes over an event stream too', async () => {
    const stream = await openStream(server.url, query, { variables: { exchanges: ['sim', 'binance'] } });
    await eventually(() => stream.told.length > 1);
    expect(JSON.parse(stream.told.at(-1) ?? '').data.quoteUpdated.exchanges).toMatchObject([{}, { leftOut: null }]);
    stream.leave();
  });
});
