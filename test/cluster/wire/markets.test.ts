import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBody, writeBody } from '../../../src/cluster/wire/answer-body.ts';
import { type MarketList, marketListCodec } from '../../../src/cluster/wire/markets.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { type Market, noBounds, noLimits } from '../../../src/market/model/market.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import { market as anyMarket } from '../../support/cluster/fakes/random-values.ts';
import { marketOf } from '../../support/fakes/market.ts';

const here = timeAheadBy(0);

async function send(list: MarketList): Promise<MarketList> {
  return marketListCodec.read(readBody(await writeBody(marketListCodec.write(list, here))), here);
}

function toMap(markets: readonly Market[]): ReadonlyMap<string, Market> {
  return new Map(markets.map((market) => [market.symbol, market]));
}

test('a list of markets is read as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyMarket, { maxLength: 120 }), async (list) => {
      const markets = toMap(list);
      const read = await send({ version: 'v', freshUntil: 60_000, markets });
      expect(read).toStrictEqual({ version: 'v', freshUntil: 60_000, markets });
      expect([...(read.markets?.values() ?? [])].every(Object.isFrozen)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('markets without limits share them', async () => {
  const limits = { ...noLimits, amount: { min: 1, max: null } };
  const markets = toMap([marketOf('kraken', 'A/B'), marketOf('kraken', 'C/D', { limits })]);
  const read = await send({ version: null, freshUntil: 1, markets });
  expect(read.markets?.get('A/B')?.limits).toBe(noLimits);
  expect(read.markets?.get('C/D')?.limits).toEqual(limits);
  expect(read.markets?.get('C/D')?.limits.price).toBe(noBounds);
});

test('says which kinds of markets are missing, and why', async () => {
  const failed = new MarketDataError('TIMEOUT', 'linear markets could not be listed.', { exchange: 'kraken' });
  const markets = Object.assign(new Map([['BTC/USDT', marketOf('kraken', 'BTC/USDT')]]), {
    whyMissing: (symbol: string) =>
      symbol.endsWith(':USDT') || symbol.endsWith(':B') ? failed.withSymbol(symbol) : null,
  });
  const { markets: read } = await send({ version: null, freshUntil: 1, markets });
  expect(read?.whyMissing?.('ETH/USDT:USDT')).toMatchObject({
    code: 'TIMEOUT',
    message: failed.message,
    details: { exchange: 'kraken', symbol: 'ETH/USDT:USDT' },
  });
  expect(read?.whyMissing?.('ETH/USDT')).toBeNull();
});

test('a list that has not changed is not sent', async () => {
  const body = await writeBody(marketListCodec.write({ version: 'v', freshUntil: 5, markets: null }, here));
  expect(body.length).toBeLessThan(20);
  expect(await marketListCodec.read(readBody(body), here)).toEqual({ version: 'v', freshUntil: 5, markets: null });
});
