import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KindReader, toContractKinds, toSpotKinds } from '../../support/cluster/live/live-kinds.ts';
import { ServerCluster } from '../../support/cluster/server-cluster.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createCoinsph } from '../../venues/others/coinsph.ts';
import type { Venue } from '../../venues/venue.ts';

const btc = 'BTC/USDT';
const swap = 'BTC/USDT:USDT';
const peso = 'BTC/PHP';
const pollIntervalMs = 250;
/** Eight processes begin many subscriptions each. */
const beginMs = 120_000;

describeWithRedis('instances on one Redis', () => {
  // Other stories are told with three.
  describe.each([2, 8])('%i of them', { timeout: 180_000 }, (count) => {
    let redis: RedisServer;
    let binance: Venue;
    let coinsph: Venue;
    let cluster: ServerCluster;

    beforeAll(async () => {
      [redis, binance, coinsph] = await Promise.all([startRedis(), createBinance(), createCoinsph()]);
      binance.holdTrades(btc);
      coinsph.holdTrades(peso);
      const env = {
        POLL_INTERVAL_MS: String(pollIntervalMs),
        CLUSTER_TAKEOVER_MS: '20000',
        UPSTREAM_TIMEOUT_MS: '60000',
      };
      cluster = await ServerCluster.start({ redis, count, venues: { binance, coinsph }, env });
    }, 240_000);

    afterAll(async () => {
      await cluster[Symbol.asyncDispose]();
      await Promise.all([redis, binance, coinsph].map((each) => each.close()));
    });

    test('call the exchange once for what all are asked for at once', async () => {
      const market = `exchange: "binance", symbol: "${btc}"`;
      const calls: readonly (readonly [query: string, path: RegExp])[] = [
        [`{ market(${market}) { symbol } }`, /api\/v3\/exchangeInfo/],
        [`{ ticker(${market}) { last stale } }`, /ticker/],
        [`{ orderBook(${market}, limit: 5) { bestBid } }`, /depth/],
        [`{ trades(${market}, limit: 5) { tradeId } }`, /trades/i],
        [`{ candles(${market}, limit: 5) { close } }`, /klines/],
      ];
      binance.delayMs = 300;
      for (const [query, path] of calls) {
        const answers = await Promise.all(
          cluster.servers.flatMap((server) => [server.query(query), server.query(query)]),
        );
        expect(answers.map(({ status, errors }) => [status, errors])).toEqual(answers.map(() => [200, []]));
        expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
        expect([query, binance.count(path)]).toEqual([query, 1]);
      }
      binance.delayMs = 0;
    });

    test('stream each topic once, and all subscribers receive the same', async () => {
      const documents = { ...toSpotKinds('binance', btc, '1m'), ...toContractKinds('binance', swap) };
      const readers = cluster.servers.map((server) => new KindReader(server, documents));
      await eventually(() => readers.every(({ latest }) => Object.values(latest).every(Boolean)), beginMs);
      await eventually(() => binance.subscriptions.includes('btcusdt@forceOrder'));
      const ids: string[] = [];
      for (const price of [65_001, 65_002, 65_003]) {
        binance.setTicker(btc, { last: `${price}.5`, bid: `${price}.25`, ask: `${price}.75` });
        ids.push(String(binance.trade(btc, { price: `${price}`, amount: '1', side: 'buy' }).id));
        binance.pushCandle(btc, '1m');
        const timestamp = Date.now();
        binance.liquidate(swap, { side: 'sell', price: `${price}`, amount: '1', lastFill: '1', timestamp });
      }
      const isEverywhere = (): boolean =>
        readers.every(
          ({ latest }) =>
            ['ticker', 'tickers', 'watchlist', 'screen'].every((kind) =>
              JSON.stringify(latest[kind]).includes('65003.5'),
            ) &&
            JSON.stringify(latest.book).includes('65003.25') &&
            JSON.stringify(latest.quote).includes('65003.75'),
        );
      await eventually(isEverywhere);
      const [first] = readers;
      await eventually(() => readers.every((reader) => reader.readEvents('trades').length >= ids.length));
      await eventually(() => readers.every((reader) => reader.readEvents('liquidations').length >= 3));
      for (const reader of readers) {
        expect(reader.failures).toEqual([]);
        expect(reader.latest).toEqual(first?.latest);
        expect(reader.readEvents('trades').map((trade) => ('tradeId' in trade ? trade.tradeId : null))).toEqual(ids);
        expect(reader.readEvents('liquidations')).toHaveLength(3);
      }
      expect(binance.subscriptions).toEqual([...new Set(binance.subscriptions)]);
      expect(cluster.streamersOf('binance')).toHaveLength(1);
      for (const reader of readers) reader.stop();
      await eventually(() => binance.streamSockets === 0);
    });

    test('poll each topic of an exchange without streams once', async () => {
      const documents = toSpotKinds('coinsph', peso, '1m');
      const readers = cluster.servers.map((server) => new KindReader(server, documents));
      await eventually(() => readers.every(({ latest }) => Object.values(latest).every(Boolean)), beginMs);
      coinsph.setTicker(peso, { last: '3650100', bid: '3650090', ask: '3650110' });
      const id = String(coinsph.trade(peso, { price: '3650100', amount: '1', side: 'buy' }).id);
      await eventually(() =>
        readers.every(({ latest }) => JSON.stringify([latest.ticker, latest.screen]).split('3650100').length === 3),
      );
      await eventually(() => readers.every((reader) => reader.readEvents('trades').length > 0));
      coinsph.reset();
      await eventually(() => coinsph.count(/trades/) >= 8);
      const elapsedMs = Date.now() - (coinsph.requests[0]?.at ?? 0);
      for (const path of [/ticker/, /depth/, /trades/, /klines/]) {
        expect([path, coinsph.count(path) <= elapsedMs / pollIntervalMs + 2]).toEqual([path, true]);
      }
      for (const reader of readers) {
        expect(reader.failures).toEqual([]);
        expect(reader.readEvents('trades')).toEqual([expect.objectContaining({ tradeId: id })]);
        expect(reader.latest.book).toEqual(readers[0]?.latest.book);
      }
      for (const reader of readers) reader.stop();
    });
  });
});
