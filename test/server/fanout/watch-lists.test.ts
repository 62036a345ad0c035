import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Yielding } from '../../../src/base/yielding.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import type { Trade } from '../../../src/market/model/trade.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';
import { settle } from '../../support/fakes/manual-clock.ts';
import { lingerMs, nothing, staleMaxMs } from '../../support/feed/live-feeds.ts';
import { FanoutScene, RecordedSubscription, type SceneOperation } from '../../support/server/fanout-scene.ts';

const [btc, eth, sol] = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];
const gone = new MarketDataError('SYMBOL_NOT_FOUND', 'gone');

let scene: FanoutScene;
let open: RecordedSubscription[];

beforeEach(() => {
  scene = new FanoutScene();
  open = [];
  scene.live.streams.offer('ticker');
  for (const [index, symbol] of [btc, eth, sol].entries()) scene.live.port.set(symbol, { last: index + 1 });
});

afterEach(async () => {
  for (const subscription of open) subscription.end();
  await scene.live.clock.advance(lingerMs);
  const { groupCount, payloadCount, subscriptionCount } = scene.fanout;
  expect([groupCount, payloadCount, subscriptionCount]).toEqual([0, 0, 0]);
  expect(scene.live.feeds.counts).toEqual(nothing);
  expect(scene.live.clock.pending).toBe(0);
  expect(scene.reported).toEqual([]);
});

const toQuery = (fields = 'symbol last') =>
  `subscription ($symbols: [String!]!, $skip: Boolean! = false) {
    tickersUpdated(exchange: "kraken", symbols: $symbols, skipUnknown: $skip) { ${fields} }
  }`;

async function watch(symbols: readonly string[], operation: Partial<SceneOperation> = {}) {
  const { query = toQuery(), variables, ...rest } = operation;
  const subscription = await scene.subscribe({ query, variables: { symbols, ...variables }, ...rest });
  if (!(subscription instanceof RecordedSubscription)) throw new Error(`refused: ${subscription.join()}`);
  open.push(subscription);
  await settle();
  return subscription;
}

async function tick(symbol: string, last: number): Promise<void> {
  const receivedAt = scene.live.clock.now();
  const ticker = tickerOf({ exchange: 'kraken', symbol, last, receivedAt, source: 'STREAM' });
  scene.live.streams.push('ticker', symbol, ticker);
  await settle();
}

const of = (symbol: string, last: number) => JSON.stringify({ data: { tickersUpdated: { symbol, last } } });

describe('watch lists with the same selection', () => {
  test('receive their own markets only, the latest at once, then each change', async () => {
    const [one, other] = [await watch([btc, eth]), await watch([eth, sol])];
    expect([one.seen, other.seen]).toEqual([
      [of(btc, 1), of(eth, 2)],
      [of(eth, 2), of(sol, 3)],
    ]);
    await tick(btc, 10);
    await tick(eth, 20);
    await tick(sol, 30);
    expect(one.seen.slice(2)).toEqual([of(btc, 10), of(eth, 20)]);
    expect(other.seen.slice(2)).toEqual([of(eth, 20), of(sol, 30)]);
    expect((await watch([sol, btc])).seen).toEqual([of(sol, 30), of(btc, 10)]);
  });

  test('are executed once for a tick, and share one source, whether they are variables or literals', async () => {
    const lists = [[btc], [btc, eth], [eth, btc], [btc, btc, sol], [sol, btc, eth]];
    for (const list of lists) await watch(list);
    const literal = toQuery()
      .replace(/\(\$.*\) {/, '{')
      .replace('$symbols', JSON.stringify([btc, sol]))
      .replace('$skip', 'true');
    await watch([], { query: literal });
    await watch([], { query: literal.replace(', skipUnknown: true', '').replace(sol, eth) });
    expect([scene.fanout.groupCount, scene.fanout.payloadCount]).toEqual([7, 1]);
    expect(scene.live.feeds.counts).toMatchObject({ topics: 3, subscribers: 1 });
    const run = vi.spyOn(Yielding.prototype, 'run');
    await tick(btc, 7);
    expect(run).toHaveBeenCalledTimes(1);
    run.mockRestore();
    expect(open.map(({ seen }) => seen.at(-1))).toEqual(open.map(() => of(btc, 7)));
  });

  test('are one group if they list the same markets', async () => {
    await watch([btc, eth]);
    await watch([btc, eth]);
    expect([scene.fanout.groupCount, scene.fanout.subscriptionCount]).toEqual([1, 2]);
    await watch([eth, btc]);
    expect(scene.fanout.groupCount).toBe(2);
  });

  test('keep a market live until the last list without it is left', async () => {
    const [one, other] = [await watch([btc, eth]), await watch([eth])];
    one.end();
    await scene.live.clock.advance(lingerMs);
    expect(scene.live.streams.opened.map(({ request }) => request.symbol)).toEqual([eth]);
    await tick(eth, 5);
    expect(other.seen).toEqual([of(eth, 2), of(eth, 5)]);
  });
});

test.each<[string, Partial<SceneOperation>]>([
  ['other fields', { query: toQuery('last') }],
  ['an alias', { query: toQuery().replace('tickersUpdated', 't: tickersUpdated') }],
  ['another exchange', { query: toQuery().replace('kraken', 'binance') }],
  ['another scope', { scope: 'b' }],
  [
    'another value of a variable that a directive uses too',
    { query: toQuery('symbol last @skip(if: $skip)'), variables: { skip: true } },
  ],
])('watch lists with %s share nothing', async (_what, operation) => {
  await watch([btc], { query: operation.query?.includes('@skip') ? operation.query : toQuery() });
  await watch([btc], operation);
  expect(scene.fanout.payloadCount).toBe(2);
});

describe('a market that ends', () => {
  test('leaves its lists, and its error is the last event of a list without another market', async () => {
    const [both, alone] = [await watch([btc, eth], { query: toQuery('symbol stale') }), await watch([eth])];
    scene.live.port.set(eth, gone);
    scene.live.streams.interrupt('ticker', eth);
    await scene.live.clock.advance(20_000);
    expect(JSON.parse(both.seen.at(-1) ?? '')).toEqual({ data: { tickersUpdated: { symbol: eth, stale: true } } });
    expect(JSON.parse(alone.seen.at(-1) ?? '')).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'SYMBOL_NOT_FOUND' } }],
    });
    expect([both.hasEnded, alone.hasEnded]).toEqual([false, true]);
    // Once it is listed again, new lists have it, and the old ones go on without it.
    scene.live.port.set(eth, { last: 5 });
    const late = await watch([btc, eth], { query: toQuery('symbol stale') });
    const before = both.seen.length;
    expect(late.seen).toHaveLength(2);
    await tick(eth, 6);
    scene.live.port.set(btc, gone);
    scene.live.streams.interrupt('ticker', btc);
    await scene.live.clock.advance(20_000);
    expect(both.seen.slice(before).map((text) => JSON.parse(text).data)).toEqual([
      { tickersUpdated: { symbol: btc, stale: true } },
      null,
    ]);
    expect([both.hasEnded, late.hasEnded]).toEqual([true, false]);
  });

  test('is not joined by a list with the same markets, which is refused', async () => {
    await watch([btc, eth]);
    scene.live.port.set(eth, gone);
    scene.live.streams.interrupt('ticker', eth);
    await scene.live.clock.advance(20_000);
    const refused = await scene.subscribe({ query: toQuery(), variables: { symbols: [btc, eth] } });
    expect(refused).toEqual(['SYMBOL_NOT_FOUND']);
    await watch([btc, eth], { variables: { skip: true } });
  });
});

test('a list whose only market ends before it begins is refused', async () => {
  const release = scene.live.port.hold();
  const beginning = scene.subscribe({ query: toQuery(), variables: { symbols: [eth] } });
  await settle();
  scene.live.port.set(eth, gone);
  release();
  expect(await beginning).toEqual(['SYMBOL_NOT_FOUND']);
});

test('lists end when the server stops', async () => {
  const lists = [await watch([btc, eth]), await watch([sol])];
  scene.live.feeds.close();
  await settle();
  expect(lists.map(({ hasEnded }) => hasEnded)).toEqual([true, true]);
});

test('close ends lists', async () => {
  const lists = [await watch([btc, eth]), await watch([sol])];
  scene.fanout.close();
  await settle();
  expect(lists.map(({ hasEnded }) => hasEnded)).toEqual([true, true]);
});

describe('a payload that is the same as the one before', () => {
  test('is not sent again to a list, and is counted for each subscription', async () => {
    const lists = [await watch([btc, eth]), await watch([btc])];
    const receivedAt = scene.live.clock.now();
    const push = async (fields: object): Promise<void> => {
      const ticker = tickerOf({ exchange: 'kraken', symbol: btc, receivedAt, source: 'STREAM', ...fields });
      scene.live.streams.push('ticker', btc, ticker);
      await settle();
    };
    await push({ last: 5, bid: 1 });
    await push({ last: 5, bid: 2 });
    await push({ last: 6, bid: 2 });
    await push({ last: 5, bid: 2 });
    for (const { seen } of lists) {
      expect(seen.filter((text) => text.includes(btc))).toEqual([1, 5, 6, 5].map((last) => of(btc, last)));
    }
    expect(scene.fanout.counts.unchanged).toBe(2);
    // Others see the change, and a list that joins begins with the latest.
    expect((await watch([btc])).seen).toEqual([of(btc, 5)]);
    const bids = await watch([btc], { query: toQuery('bid') });
    await push({ last: 5, bid: 3 });
    expect(bids.seen).toHaveLength(2);
    expect(lists[1]?.seen).toHaveLength(4);
  });

  test('is sent to a list that began without it, because the value was too old', async () => {
    const one = await watch([btc, eth]);
    scene.live.port.set(btc, new MarketDataError('EXCHANGE_UNAVAILABLE', 'down'));
    scene.live.streams.interrupt('ticker', btc);
    await scene.live.clock.advance(staleMaxMs + 1000);
    await tick(eth, 3);
    const late = await watch([btc, eth]);
    const other = await watch([eth, btc]);
    expect([late.seen, other.seen]).toEqual([[of(eth, 3)], [of(eth, 3)]]);
    await tick(btc, 1);
    expect([late.seen.at(-1), other.seen.at(-1), one.seen.at(-1)]).toEqual([of(btc, 1), of(btc, 1), of(btc, 1)]);
  });

  test('is not sent again to a group', async () => {
    const query = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USDT") { symbol stale } }';
    const one = await watch([], { query });
    await tick(btc, 5);
    await tick(btc, 6);
    expect(one.seen).toHaveLength(1);
    expect(scene.fanout.counts.unchanged).toBe(2);
    expect((await watch([], { query })).seen).toEqual(one.seen);
  });

  test('is sent if it is another batch of trades', async () => {
    scene.live.streams.offer('ticker', 'trades');
    const now = scene.live.clock.now();
    const batch = (id: number): readonly Trade[] => [
      { exchange: 'kraken', symbol: btc, id: `${id}`, timestamp: now + id, price: 1, amount: 1, cost: 1, side: 'buy' },
    ];
    scene.live.port.setTrades(batch(1));
    const query = 'subscription { tradesExecuted(exchange: "kraken", symbol: "BTC/USDT") { price } }';
    const trades = await watch([], { query });
    scene.live.streams.push('trades', btc, batch(1));
    await scene.live.clock.advance(1000);
    for (const id of [2, 3, 4]) {
      scene.live.streams.push('trades', btc, batch(id));
      await settle();
    }
    const payload = JSON.stringify({ data: { tradesExecuted: [{ price: 1 }] } });
    expect(trades.seen).toEqual([payload, payload, payload, payload]);
    expect(scene.fanout.counts.unchanged).toBe(0);
  });
});

test('a list whose connection is full ends with the newest ticker of each market', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const [slow, fast] = [await watch([btc, eth]), await watch([eth, btc])];
  slow.isFull = true;
  for (let last = 1; last <= 5; last++) {
    await tick(btc, last * 10);
    await tick(eth, last * 100);
  }
  await tick(btc, 10);
  expect(fast.seen).toHaveLength(13);
  expect(slow.seen).toHaveLength(2);
  slow.isFull = false;
  vi.advanceTimersByTime(50);
  expect(slow.seen.slice(2)).toEqual([of(btc, 10), of(eth, 500)]);
  expect(scene.fanout.counts.conflated).toBe(9);
  vi.useRealTimers();
});
