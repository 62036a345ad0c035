import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommonHistory } from '../../support/cluster/history.ts';
import { Follower } from '../../support/cluster/live/followers.ts';
import { ServerCluster } from '../../support/cluster/server-cluster.ts';
import { type RedisServer, startRedis } from '../../support/programs/redis.ts';
import { describeWithRedis } from '../../support/programs/with-redis.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createCoinsph } from '../../venues/others/coinsph.ts';
import type { Venue, VenueRequest } from '../../venues/venue.ts';

const symbol = 'BTC/USDT';
const peso = 'BTC/PHP';
const ttlMs = 1000;

/** How far the clocks of the instances are apart, and how far each is off, in ms. */
const differenceMs = 10_000;
const offsets = [-differenceMs / 2, differenceMs / 2];

const isTicker = ({ path, query: { symbol, symbols } }: VenueRequest, id: string): boolean =>
  path.includes('ticker') && `${symbol ?? symbols}`.split(',').includes(id);

const toPreload = (index: number): string => `
  const now = Date.now;
  Date.now = () => now() + ${offsets[index] ?? 0};
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) {
      if (given.length === 0) super(Real.now());
      else super(...given);
    }
  };`;

describeWithRedis('instances whose clocks differ by ten seconds', () => {
  let redis: RedisServer;
  let binance: Venue;
  let coinsph: Venue;
  let history: CommonHistory;
  let cluster: ServerCluster;

  beforeAll(async () => {
    [redis, binance, coinsph] = await Promise.all([startRedis(), createBinance(), createCoinsph()]);
    history = new CommonHistory([binance], symbol);
    cluster = await ServerCluster.start({
      redis,
      count: 2,
      venues: { binance, coinsph },
      env: { CLUSTER_TAKEOVER_MS: '2000', TICKER_TTL_MS: String(ttlMs) },
      preload: toPreload,
    });
    history.play();
  });

  afterAll(async () => {
    history.stop();
    await cluster[Symbol.asyncDispose]();
    await Promise.all([redis, binance, coinsph].map((each) => each.close()));
  });

  test('send the same live values, none of them stale, in their order', async () => {
    const followers = cluster.servers.map((server) => new Follower(server, `exchange: "binance", symbol: "${symbol}"`));
    const document = `subscription { tickerUpdated(exchange: "coinsph", symbol: "${peso}") { last receivedAt stale } }`;
    const polled = cluster.servers.map((server) => server.subscribe(document));
    await Promise.all([
      ...followers.map((follower) => follower.begin()),
      ...polled.map((operation) => operation.until(1)),
    ]);
    const prices = Array.from({ length: 8 }, (_, index) => 3_650_001 + index);
    for (const price of prices) {
      coinsph.setTicker(peso, { last: String(price) });
      await eventually(() => polled.every(({ results }) => results.at(-1)?.data?.tickerUpdated.last === price));
    }
    for (const [at, { results }] of polled.entries()) {
      const tickers = results.flatMap(({ data }) => data?.tickerUpdated ?? []);
      expect(tickers.filter(({ stale }) => stale)).toEqual([]);
      expect(tickers.slice(-prices.length).map(({ last }) => last)).toEqual(prices);
      // The times are those of the instance's own clock.
      const ages = tickers.map(({ receivedAt }) => Date.now() + (offsets[at] ?? 0) - receivedAt);
      expect(ages.filter((age) => age < 0)).toEqual([]);
    }
    for (const { tickers } of followers) expect(tickers.filter(({ stale }) => stale)).toEqual([]);
    for (const follower of followers) await follower.expectComplete(history);
    history.play();
    for (const operation of polled) operation.stop();
    for (const follower of followers) follower.stop();
  });

  test('keep a fetched value as long as the settings say, and no longer', async () => {
    const query = `{ ticker(exchange: "coinsph", symbol: "ETH/PHP") { last receivedAt stale } }`;
    // The other market may still be polled for the subscriptions of the test before.
    const callTimes = () => coinsph.requests.filter((request) => isTicker(request, 'ETHPHP')).map(({ at }) => at);
    for (const asked of [cluster.servers, [...cluster.servers].reverse()]) {
      const before = callTimes().length;
      for (const server of asked) {
        const { data } = await server.query(query);
        expect(data.ticker.stale).toBe(false);
      }
      const price = 196_001 + before;
      coinsph.setTicker('ETH/PHP', { last: String(price) });
      await eventually(async () => {
        const answers = await Promise.all(cluster.servers.map((server) => server.query(query)));
        return answers.every(({ data }) => data.ticker.last === price);
      });
      const [first = 0, second = 0] = callTimes().slice(before);
      expect(second - first).toBeGreaterThanOrEqual(ttlMs);
      // An instance that compares times of both clocks could keep the value for longer by their difference.
      expect(second - first).toBeLessThan(differenceMs / 2);
      const until = Date.now() + 2 * ttlMs;
      await eventually(() => Date.now() > until);
    }
  });

  test('go on when the exchange moves to the one whose clock is behind or ahead', async () => {
    const [first, second] = cluster.servers;
    if (!first || !second) throw new Error('two instances were started');
    const market = `exchange: "binance", symbol: "${symbol}"`;
    const followers = [first, second].map((server) => new Follower(server, market));
    await Promise.all(followers.map((follower) => follower.begin()));
    const owner = await cluster.streamerOf('binance');
    const [follower] = followers.filter(({ server }) => server !== owner);
    if (!follower) throw new Error('one instance is not the owner');
    owner.child.kill('SIGKILL');
    await eventually(() => follower.server.paths.binance?.streams === 1);
    const mark = follower.tickers.length;
    await eventually(() => follower.tickers.length > mark + 5 && follower.source !== null);
    await follower.expectComplete(history);
  });
});
