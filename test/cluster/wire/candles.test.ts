import fc from 'fast-check';
import { expect, test } from 'vitest';
import { candleWindowCodec } from '../../../src/cluster/wire/candles.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import { candleWindow } from '../../support/cluster/fakes/random-values.ts';

const here = timeAheadBy(0);

test('a window of candles is read as it was written', () => {
  fc.assert(
    fc.property(candleWindow, (window) => {
      const text = JSON.stringify(candleWindowCodec.write(window, here));
      expect(candleWindowCodec.read(JSON.parse(text), here)).toStrictEqual(window);
    }),
  );
});

test('when the exchange was asked is told by the clock of the reader', () => {
  const window = { candles: [], from: 60_000, next: null, asked: { askedAt: 70_000, receivedAt: 70_500 } };
  const json = candleWindowCodec.write(window, timeAheadBy(900));
  expect(candleWindowCodec.read(json, timeAheadBy(-400))).toEqual({
    ...window,
    asked: { askedAt: 68_700, receivedAt: 69_200 },
  });
});
