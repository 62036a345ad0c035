import { expect, test } from 'vitest';
import {
  connectedId,
  readLastEventId,
  toCandleEventId,
  toTradesEventId,
} from '../../../../src/server/rest/streams/event-ids.ts';

const toTrade = (key: string, timestamp: number) => ({ id: `Trade:kraken:BTC/USDT:${key}`, timestamp });

test('an event with a candle has its timestamp as id', () => {
  expect(toCandleEventId({ timestamp: 1_796_027_520_000, close: 1 })).toBe('1796027520000');
  for (const value of [null, 'text', {}, { timestamp: null }]) expect(toCandleEventId(value)).toBeNull();
});

test('an event with trades names the last millisecond, and what it has of it', () => {
  expect(toTradesEventId([toTrade('1', 5), toTrade('2', 6)])).toBe('6/2');
  expect(toTradesEventId([toTrade('1', 5), toTrade('11', 6), toTrade('9', 6)])).toBe('6/11');
  expect(toTradesEventId([toTrade('z-1', 5), toTrade('b-2', 6), toTrade('a-3', 6)])).toBe('6/b-2/a-3');
  for (const value of [null, {}, [], [null], [{ id: 'Trade:kraken:BTC/USDT:1' }]]) {
    expect(toTradesEventId(value)).toBeNull();
  }
});

test('a key that a header cannot contain is left out, and so the client receives that trade again', () => {
  expect(toTradesEventId([toTrade('a b', 6)])).toBe('6');
  expect(toTradesEventId([toTrade('é', 6), toTrade('a', 6), toTrade('b/c', 6), toTrade('', 6)])).toBe('6/a');
});

test('an id stays short enough for a header, and names the last trades then', () => {
  const trades = Array.from({ length: 500 }, (_, index) => toTrade(`trade-${index}`, 1_796_027_520_000));
  const id = toTradesEventId(trades) ?? '';
  expect(id.length).toBeLessThan(1100);
  expect(id.endsWith('/trade-498/trade-499')).toBe(true);
  expect(readLastEventId(id)?.trades).toEqual(trades.slice(-100).map(({ id: own }) => own.split(':').at(-1)));
});

test.each([
  [toCandleEventId({ timestamp: 5 }), { timestamp: 5, trades: [] }],
  [toTradesEventId([toTrade('7', 6)]), { timestamp: 6, trades: ['7'] }],
  [toTradesEventId([toTrade('6,buy,1.5e-7,2,1', 6)]), { timestamp: 6, trades: ['6,buy,1.5e-7,2,1'] }],
  [toTradesEventId([toTrade('a%3Ab', 6), toTrade('c', 6)]), { timestamp: 6, trades: ['a%3Ab', 'c'] }],
])('a client that sends %s back continues from %j', (id, position) => {
  expect(readLastEventId(id ?? undefined)).toEqual(position);
});

test('without the header, or before the first event, there is no position', () => {
  for (const header of [undefined, '', connectedId]) expect(readLastEventId(header)).toBeNull();
});

test.each([
  'x',
  '-1',
  '1.5',
  '1e3',
  ' 5',
  '5/',
  '5/a b',
  '5/a\n',
  '9'.repeat(14),
  `5/${'a'.repeat(1001)}`,
  '5, 6',
  '5/é',
])('the header %j is refused, because no event has such an id', (header) => {
  expect(() => readLastEventId(header)).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT', message: expect.stringContaining('Last-Event-ID') }),
  );
});
