import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freshAllTickersCodec } from '../../../src/cluster/wire/all-tickers.ts';
import { readBody, writeBody } from '../../../src/cluster/wire/answer-body.ts';
import type { AnswerCodec } from '../../../src/cluster/wire/answer-codec.ts';
import { resultsOf } from '../../../src/cluster/wire/results.ts';
import { tickerCodec } from '../../../src/cluster/wire/tickers.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import * as random from '../../support/cluster/fakes/random-values.ts';

const here = timeAheadBy(0);

async function send<T>(codec: AnswerCodec<T>, value: T, sender = here, receiver = here): Promise<T> {
  return codec.read(readBody(await writeBody(codec.write(value, sender))), receiver);
}

const freshUntil = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 42 }));

test('every symbol has its value and its freshness, or its error', async () => {
  const result = fc.oneof(fc.record({ value: random.ticker, freshUntil }, { noNullPrototype: true }), random.error);
  const results = fc.uniqueArray(fc.tuple(fc.string(), result), { maxLength: 120, selector: ([symbol]) => symbol });
  await fc.assert(
    fc.asyncProperty(results, async (entries) => {
      const read = await send(resultsOf(tickerCodec), new Map(entries));
      expect([...read.keys()]).toEqual(entries.map(([symbol]) => symbol));
      for (const [symbol, written] of entries) {
        const got = read.get(symbol);
        if (!(written instanceof MarketDataError)) expect(got).toStrictEqual(written);
        else expect(got).toMatchObject({ code: written.code, message: written.message, details: written.details });
      }
    }),
    { numRuns: 50 },
  );
});

test('all tickers of an exchange travel in pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      random.allTickers,
      fc.array(random.ticker, { maxLength: 130 }),
      freshUntil,
      async (all, tickers, until) => {
        const fresh = { value: { ...all, tickers }, freshUntil: until };
        expect(await send(freshAllTickersCodec, fresh)).toStrictEqual(fresh);
      },
    ),
    { numRuns: 50 },
  );
});

test('the end of freshness is a time of the clock of the reader', async () => {
  const [value] = fc.sample(random.allTickers, 1);
  if (!value) throw new Error('no sample');
  const read = await send(freshAllTickersCodec, { value, freshUntil: 5000 }, timeAheadBy(900), timeAheadBy(-400));
  expect(read.freshUntil).toBe(3700);
  expect(read.value.receivedAt).toBe(value.receivedAt - 1300);
});
