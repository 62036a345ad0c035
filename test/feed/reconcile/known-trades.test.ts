import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { KnownTrades, overlap } from '../../../src/feed/reconcile/known-trades.ts';
import type { Trade } from '../../../src/market/model/trade.ts';

let known: KnownTrades;

beforeEach(() => {
  known = new KnownTrades();
});

function trade(id: string | null, amount = 1, timestamp = 1000): Trade {
  return { exchange: 'kraken', symbol: 'BTC/USD', id, timestamp, price: 1, amount, cost: amount, side: 'buy' };
}

const ids = (trades: readonly Trade[]): readonly (string | null)[] => trades.map(({ id }) => id);

test('an id is new once, whichever way it comes', () => {
  expect(ids(known.take([trade('1'), trade('2')], 'stream', false))).toEqual(['1', '2']);
  expect(ids(known.take([trade('1'), trade('2'), trade('3')], 'fetch', true))).toEqual(['3']);
  expect(ids(known.take([trade('3'), trade('4')], 'stream', false))).toEqual(['4']);
});

test('where ids agree, two trades with the same content are two', () => {
  known.take([trade('1')], 'stream', false);
  expect(ids(known.take([trade('1'), trade('2')], 'fetch', true))).toEqual(['2']);
  expect(ids(known.take([trade('3')], 'stream', false))).toEqual(['3']);
});

test('where the stream has ids and calls have none, the second trade with a content is the second both ways', () => {
  expect(ids(known.take([trade('1'), trade('2')], 'stream', false))).toEqual(['1', '2']);
  expect(known.take([trade(null), trade(null)], 'fetch', true)).toEqual([]);
  expect(known.take([trade(null), trade(null), trade(null)], 'fetch', true)).toHaveLength(1);
  expect(known.take([trade(null), trade(null), trade(null)], 'fetch', true)).toEqual([]);
  expect(known.take([trade('3')], 'stream', false)).toEqual([]);
  expect(ids(known.take([trade('4')], 'stream', false))).toEqual(['4']);
});

test('without any ids, each trade of the stream is new, unless the stream has just reconnected', () => {
  expect(known.take([trade(null)], 'stream', false)).toHaveLength(1);
  expect(known.take([trade(null)], 'stream', false)).toHaveLength(1);
  expect(known.take([trade(null), trade(null), trade(null, 2)], 'stream', true)).toEqual([trade(null, 2)]);
  expect(known.take([trade(null)], 'stream', false)).toHaveLength(1);
});

test('where calls bring no ids, trades of the stream are numbered as in an answer that has them all', () => {
  const numbers = (trades: readonly Trade[]) => trades.map(({ id, amount, nth }) => [id, amount, nth]);
  expect(known.take([trade(null)], 'fetch', true)).toEqual([trade(null)]);
  expect(numbers(known.take([trade('1'), trade('2'), trade('3', 7)], 'stream', false))).toEqual([
    ['2', 1, 2],
    ['3', 7, 1],
  ]);
  expect(numbers(known.take([trade('4')], 'stream', false))).toEqual([['4', 1, 3]]);
  // The same trade in one message.
  expect(known.take([trade('4')], 'stream', false)).toEqual([]);
});

test('where calls bring ids, trades of the stream stay as they are', () => {
  expect(known.take([trade('1')], 'fetch', true)).toEqual([trade('1')]);
  expect(known.take([trade('1'), trade('2')], 'stream', false)).toEqual([trade('2')]);
});

test('trades that share an id with others are new each', () => {
  const twins = [1, 2, 1].map((amount, at) => ({ ...trade('0', amount), nth: at === 2 ? 2 : 1 }));
  expect(known.take(twins, 'stream', false)).toEqual(twins);
  expect(known.take(twins, 'fetch', true)).toEqual([]);
  const next = { ...trade('0', 2), nth: 1 };
  expect(known.take([next, { ...next, amount: 9 }], 'stream', false)).toEqual([
    { ...next, nth: 2 },
    { ...next, amount: 9 },
  ]);
});

test('lists overlap in an id or in the content of a trade', () => {
  expect(overlap([trade('1')], [trade('1', 5)])).toBe(true);
  expect(overlap([trade('1')], [trade(null)])).toBe(true);
  expect(overlap([trade(null)], [trade(null, 2), trade('3', 3)])).toBe(false);
  expect(overlap([], [trade('1')])).toBe(false);
});

test('memory is bounded', () => {
  for (let id = 0; id < 30_000; id++) known.take([trade(String(id), id)], 'stream', false);
  expect(known.take([trade('29999', 29_999)], 'stream', false)).toEqual([]);
  // The oldest are forgotten.
  expect(known.take([trade('0', 0)], 'stream', false)).toHaveLength(1);
});

test('in whatever portions trades come either way, every trade is new exactly once', () => {
  const executed = fc.array(
    fc.record({ timestamp: fc.integer({ min: 0, max: 9 }), amount: fc.integer({ min: 1, max: 2 }) }),
    {
      maxLength: 40,
    },
  );
  const naming = fc.constantFrom('same ids', 'other ids', 'none fetched', 'none at all');
  const portions = fc.infiniteStream(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()));
  fc.assert(
    fc.property(executed, naming, portions, (list, names, steps) => {
      known = new KnownTrades();
      const all = [...list].sort((a, b) => a.timestamp - b.timestamp);
      const stream = all.map(({ amount, timestamp }, at) =>
        trade(names === 'none at all' ? null : `${at}`, amount, timestamp),
      );
      const toFetched = (each: Trade, at: number): Trade =>
        names === 'same ids' ? each : { ...each, id: names === 'other ids' ? `f${at}` : null };
      let [found, at] = [0, 0];
      for (const [count, isFetched] of steps) {
        const next = Math.min(all.length, at + count);
        // What is fetched reaches back to the beginning, what is streamed is new.
        const batch = isFetched ? stream.slice(0, next).map(toFetched) : stream.slice(at, next);
        found += known.take(batch, isFetched ? 'fetch' : 'stream', isFetched).length;
        if (isFetched) found += known.take(stream.slice(at, next), 'stream', false).length;
        at = next;
        expect(found).toBe(at);
        if (at === all.length) break;
      }
    }),
  );
});

/** A trade that another instance has sent, whose id calls have brought there. */
const nameless = (id: string): Trade => ({ ...trade(id), nth: 1 });

test('a trade whose id did not distinguish it is the same when the stream repeats it with an id', () => {
  known.take([nameless('f1')], 'stream', false);
  expect(known.take([trade('1')], 'stream', true)).toEqual([]);
  expect(ids(known.take([trade('2')], 'stream', true))).toEqual(['2']);
  expect(known.take([trade('1')], 'stream', true)).toEqual([]);
});

test('a trade whose id did not distinguish it is the same when a call brings it with the id of the stream', () => {
  known.take([nameless('1'), trade('2', 5)], 'stream', false);
  known.take([trade('2', 5)], 'fetch', true);
  expect(known.idsAgree).toBe(true);
  expect(known.knows(trade('1'))).toBe(true);
  expect(known.take([trade('1')], 'fetch', true)).toEqual([]);
  expect(ids(known.take([trade('3')], 'fetch', true))).toEqual(['3']);
});
