import { describe, expect, it } from 'vitest';
import { MarketDataError } from '../../../../src/market/errors.ts';
import { failed } from '../../../support/exchange/small-exchange.ts';
import { expectAll, html, kraken, krakenTickers, sizes, unknownPair } from '../../../support/exchange/small-kraken.ts';
import { expectDiscreet, requireError } from '../../../support/exchange/venue-client.ts';

const minute = 60_000;

describe('symbols that a batch leaves out', () => {
  it('without a reason are requested once more, together', async () => {
    let requests = 0;
    const exchange = await kraken(300, (ids) => {
      requests += 1;
      return krakenTickers(ids.filter((_, index) => requests % 2 === 0 || index % 50 !== 7));
    });
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300, 6]);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300, 6]);
  });

  it('beyond a certain number are requested in as few calls as that number allows', async () => {
    const exchange = await kraken(300, (ids) => krakenTickers(ids.slice(0, 100)));
    await expectAll(exchange, exchange.symbols);
    expect(exchange.requests).toHaveLength(3);
    await expectAll(exchange, exchange.symbols);
    expect(exchange.requests).toHaveLength(3);
  });

  it('every time, although each has a ticker, get one call each and no further call', async () => {
    const shy = ['C003USD', 'C004USD', 'C250USD'];
    const exchange = await kraken(300, (ids) => {
      return krakenTickers(ids.length === 1 ? ids : ids.filter((id) => !shy.includes(id)));
    });
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300, 3, 1, 1, 1]);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange).toSorted()).toEqual([1, 1, 1, 297]);
  });

  it('and that return nothing alone either fail with their own error, and cost no call for ten minutes', async () => {
    const dead = ['C003USD', 'C004USD', 'C250USD'];
    const deadSymbols = ['C003/USD', 'C004/USD', 'C250/USD'];
    const exchange = await kraken(600, (ids) => {
      const alive = ids.filter((id) => !dead.includes(id));
      return alive.length === 0 ? unknownPair : krakenTickers(alive);
    });
    const results = await exchange.fetch(exchange.symbols);
    expect(failed(results).toSorted()).toEqual(deadSymbols);
    for (const symbol of deadSymbols) {
      const error = requireError(results.get(symbol));
      expect(error.details).toMatchObject({ exchange: 'kraken', symbol });
      expect(error.message).toContain(symbol);
      expectDiscreet(error);
    }
    expect(exchange.requests.length).toBeLessThanOrEqual(2 + 1 + 3);
    for (let round = 0; round < 9; round++) {
      await exchange.clock.advance(minute);
      exchange.reset();
      expect(failed(await exchange.fetch(exchange.symbols)).toSorted()).toEqual(deadSymbols);
      expect(sizes(exchange)).toEqual([300, 300]);
    }
    await exchange.clock.advance(minute + 1);
    exchange.reset();
    await exchange.fetch(exchange.symbols);
    expect(exchange.requests).toHaveLength(2 + 1 + 3);
  });

  it('and whose own call returns an unreadable page are requested again with the next batch', async () => {
    let isBroken = true;
    const exchange = await kraken(10, (ids) => {
      if (ids.length === 1 && isBroken) return { body: html };
      return krakenTickers(ids.length === 1 ? ids : ids.filter((id) => id !== 'C003USD'));
    });
    const error = requireError((await exchange.fetch(exchange.symbols)).get('C003/USD'));
    expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: true });
    isBroken = false;
    await expectAll(exchange, exchange.symbols);
  });

  it('and that come back in batches are answered immediately', async () => {
    let isDead = true;
    const exchange = await kraken(10, (ids) => {
      const alive = ids.filter((id) => !isDead || id !== 'C003USD');
      return alive.length === 0 ? unknownPair : krakenTickers(alive);
    });
    expect(failed(await exchange.fetch(exchange.symbols))).toEqual(['C003/USD']);
    isDead = false;
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([10]);
  });

  it('because they are inactive are requested alone, once', async () => {
    const exchange = await kraken(
      10,
      (ids) => (ids.includes('C003USD') || ids.length === 0 ? unknownPair : krakenTickers(ids)),
      ['C003/USD'],
    );
    expect(failed(await exchange.fetch(exchange.symbols))).toEqual(['C003/USD']);
    expect(sizes(exchange)).toEqual([9, 1]);
    exchange.reset();
    expect(failed(await exchange.fetch(exchange.symbols))).toEqual(['C003/USD']);
    expect(sizes(exchange)).toEqual([9]);
  });

  it('when none of them is active teach nothing', async () => {
    const symbols = Array.from({ length: 24 }, (_, index) => `C${String(index).padStart(3, '0')}/USD`);
    const exchange = await kraken(
      24,
      (ids) => (ids.length === 0 ? unknownPair : krakenTickers(ids)),
      symbols.slice(0, 12),
    );
    await expectAll(exchange, symbols.slice(0, 12));
    await expectAll(exchange, symbols.slice(12));
    expect(sizes(exchange)).toEqual([12]);
  });

  it('together with all others do not cause a flood of single calls', async () => {
    const exchange = await kraken(300, () => krakenTickers([]));
    const results = await exchange.fetch(exchange.symbols);
    expect(failed(results)).toHaveLength(300);
    expect(exchange.requests.length).toBeLessThanOrEqual(7);
    exchange.reset();
    await exchange.fetch(exchange.symbols);
    expect(exchange.requests.length).toBeLessThanOrEqual(7);
  });

  it('together with all others are requested in a different batch, not in the same one again', async () => {
    const exchange = await kraken(300, (ids) => krakenTickers(ids.length === 300 ? [] : ids));
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300, 150, 150]);
  });

  it('only for a moment are in batches again after that', async () => {
    let isEmpty = true;
    const exchange = await kraken(300, (ids) => {
      const answer = krakenTickers(isEmpty ? [] : ids);
      isEmpty = false;
      return answer;
    });
    await expectAll(exchange, exchange.symbols);
    expect(exchange.requests.length).toBeLessThanOrEqual(3);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300]);
  });
});

describe('a row that ccxt cannot parse', () => {
  it.each([
    ['text for a number', { c: ['unknown', '1'], o: 'unknown' }],
    ['nothing for the prices', { a: null, b: null, c: null, v: null, p: null, o: { much: 'nonsense' } }],
  ])('(%s) spoils its own ticker at the most', async (_, nonsense) => {
    const exchange = await kraken(300, (ids) => krakenTickers(ids, (id) => (id === 'C123USD' ? nonsense : {})));
    const results = await exchange.fetch(exchange.symbols);
    expect([[], ['C123/USD']]).toContainEqual(failed(results));
    const result = results.get('C123/USD');
    if (result instanceof MarketDataError) {
      expect(result).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', details: { symbol: 'C123/USD' } });
      expectDiscreet(result);
    }
    expect(exchange.requests.length).toBeLessThanOrEqual(2);
  });

  it('is answered alone if its own response can be parsed', async () => {
    const exchange = await kraken(300, (ids) => {
      return krakenTickers(ids, (id) =>
        ids.length > 1 && id === 'C123USD' ? { c: ['unknown', '1'], o: 'unknown' } : {},
      );
    });
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300, 1]);
  });
});

it('a batch that ccxt cannot parse is split as if it had been refused', async () => {
  const exchange = await kraken(40, (ids) => krakenTickers(ids));
  const { ccxt } = exchange.client;
  const fetchTickers = ccxt.fetchTickers.bind(ccxt);
  ccxt.fetchTickers = async (symbols, params) => {
    const tickers = await fetchTickers(symbols, params);
    if (symbols?.includes('C007/USD')) throw new TypeError("Cannot read properties of undefined (reading '0')");
    return tickers;
  };
  await expectAll(exchange, exchange.symbols);
  await expectAll(exchange, exchange.symbols);
  expect(exchange.requests.length).toBeLessThanOrEqual(6);
});
