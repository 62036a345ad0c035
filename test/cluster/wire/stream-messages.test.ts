import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pack, unpack } from '../../../src/cluster/wire/envelope.ts';
import { MalformedMessage } from '../../../src/cluster/wire/fields.ts';
import { decodeMessage, encodeMessage } from '../../../src/cluster/wire/stream-messages.ts';
import type { StreamKind, StreamMessages } from '../../../src/market/ports/market-streams.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import * as random from '../../support/cluster/fakes/random-values.ts';
import { tickerOf } from '../../support/fakes/fake-market-data.ts';

const values: { readonly [K in StreamKind]: fc.Arbitrary<StreamMessages[K]> } = {
  ticker: random.ticker,
  orderBook: random.orderBook,
  candles: random.candles,
  trades: random.trades,
  fundingRate: random.fundingRate,
  liquidations: random.liquidations,
  allTickers: random.allTickers,
  openInterest: random.openInterest,
};

const kinds = Object.keys(values).filter((key): key is StreamKind => key in values);

const here = timeAheadBy(0);

/** What another instance reads. */
function send<K extends StreamKind>(kind: K, message: StreamMessages[K], sender = here, receiver = here) {
  const unpacked = unpack(pack(encodeMessage(kind, message, sender)));
  if (unpacked.kind !== 'message') throw new Error(unpacked.kind);
  return decodeMessage(kind, unpacked.json, receiver);
}

function isFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Error) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

describe.each(kinds)('a message of the kind %s', (kind) => {
  test('is read as it was written, and frozen', () => {
    fc.assert(
      fc.property(values[kind], (message) => {
        const read = send(kind, message);
        expect(read).toStrictEqual(message);
        expect(isFrozen(read)).toBe(true);
      }),
    );
  });

  test('that has another form is refused', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        fc.pre(!Array.isArray(json));
        expect(() => decodeMessage(kind, json, here)).toThrow(MalformedMessage);
      }),
    );
  });
});

test('the time of receipt is one of the clock of the reader', () => {
  const [sender, receiver] = [timeAheadBy(900), timeAheadBy(-400)];
  const message = tickerOf({ exchange: 'kraken', symbol: 'BTC/USDT', receivedAt: 10_000, timestamp: 9000 });
  expect(send('ticker', message, sender, receiver)).toEqual({ ...message, receivedAt: 8700 });
});
