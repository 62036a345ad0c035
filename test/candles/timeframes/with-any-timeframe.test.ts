import { expect, test } from 'vitest';
import { withAnyTimeframe } from '../../../src/candles/timeframes/with-any-timeframe.ts';
import { FakeStreams } from '../../support/fakes/fake-streams.ts';

test('only candles are opened in the other way', () => {
  const [usual, ofCandles] = [new FakeStreams(), new FakeStreams()];
  usual.offer('candles', 'trades');
  const streams = withAnyTimeframe(usual, ofCandles.open);
  const listener = { onMessage: () => {}, onInterrupted: () => {} };
  const market = { exchange: 'kraken', symbol: 'BTC/USD' };
  streams.open({ kind: 'candles', ...market, timeframe: '3m' }, listener);
  const trades = streams.open({ kind: 'trades', ...market }, listener);
  expect(ofCandles.all.map(({ request }) => request.timeframe)).toEqual(['3m']);
  expect(usual.opened.map(({ request }) => request.kind)).toEqual(['trades']);
  trades.close();
  expect(usual.opened).toEqual([]);
  expect(streams.offers('kraken', 'candles')).toBe(true);
  expect(streams.offers('kraken', 'ticker')).toBe(false);
});
