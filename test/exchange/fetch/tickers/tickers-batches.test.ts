import { describe, expect, it } from 'vitest';
import { ccxtErrors } from '../../../../src/exchange/ccxt/load-ccxt.ts';
import { failed } from '../../../support/exchange/small-exchange.ts';
import { expectAll, html, kraken, krakenTickers, sizes, unknownPair } from '../../../support/exchange/small-kraken.ts';
import { expectDiscreet, requireError } from '../../../support/exchange/venue-client.ts';
import type { Reply } from '../../../venues/replies.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('a number of symbols', () => {
  const refusals: readonly (readonly [string, Reply])[] = [
    ["the exchange's own words", { body: { error: ['EGeneral:Invalid arguments'] } }],
    ['HTTP 400 with HTML', { status: 400, body: html }],
    ['HTTP 413 with HTML', { status: 413, body: html }],
    ['HTTP 414 without a body', { status: 414, body: '' }],
    ['HTTP 431 with JSON that ccxt has no code for', { status: 431, body: { message: 'too many' } }],
    ['HTTP 404 with JSON', { status: 404, body: { error: ['EGeneral:Unknown method'] } }],
  ];

  it.each(refusals)('that is refused by %s is found, and the next batches use it immediately', async (_, refusal) => {
    const exchange = await kraken(600, (ids) => (ids.length > 50 ? refusal : krakenTickers(ids)));
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange).filter((size) => size > 50).length).toBeLessThanOrEqual(6);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual(Array.from({ length: 12 }, () => 50));
    await expectAll(exchange, exchange.symbols.slice(100, 180));
    expect(sizes(exchange)).toEqual([40, 40]);
  });

  it.each([10, 25, 100, 250])('of %i is found exactly', async (limit) => {
    const exchange = await kraken(300, (ids) => (ids.length > limit ? unknownPair : krakenTickers(ids)));
    await expectAll(exchange, exchange.symbols);
    await expectAll(exchange, exchange.symbols);
    expect(exchange.requests).toHaveLength(Math.ceil(300 / limit));
  });

  it.each([2, 3, 4, 5, 30])('of one is found with %i symbols, and each symbol then has its own call', async (count) => {
    const exchange = await kraken(count, (ids) => (ids.length > 1 ? unknownPair : krakenTickers(ids)));
    await expectAll(exchange, exchange.symbols);
    expect(exchange.requests.length).toBeLessThanOrEqual(count + 6);
    await expectAll(exchange, exchange.symbols);
    expect(exchange.requests).toHaveLength(count);
  });

  it('is forgotten after an hour, and not before', async () => {
    let limit = 50;
    const exchange = await kraken(100, (ids) => (ids.length > limit ? unknownPair : krakenTickers(ids)));
    await expectAll(exchange, exchange.symbols);
    limit = 1000;
    await exchange.clock.advance(hour - 1);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([50, 50]);
    await exchange.clock.advance(2);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([100]);
  });

  it('is not learned from one bad symbol, which is found and excluded from the next batch', async () => {
    let isBad = true;
    const exchange = await kraken(300, (ids) => (isBad && ids.includes('C123USD') ? unknownPair : krakenTickers(ids)));
    const results = await exchange.fetch(exchange.symbols);
    expect(failed(results)).toEqual(['C123/USD']);
    const error = requireError(results.get('C123/USD'));
    expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', details: { symbol: 'C123/USD' } });
    expectDiscreet(error);
    expect(exchange.requests.length).toBeLessThanOrEqual(20);
    exchange.reset();
    expect(failed(await exchange.fetch(exchange.symbols))).toEqual(['C123/USD']);
    expect(sizes(exchange)).toEqual([299]);
    // A request without the others finds out whether the exchange knows it again.
    await exchange.clock.advance(minute + 1);
    exchange.reset();
    expect(failed(await exchange.fetch(exchange.symbols))).toEqual(['C123/USD']);
    expect(sizes(exchange)).toEqual([299, 1]);
    isBad = false;
    await exchange.clock.advance(minute + 1);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([299, 1]);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300]);
  });

  it('is found in the presence of bad symbols', async () => {
    const bad = ['C000USD', 'C077USD', 'C299USD'];
    const exchange = await kraken(300, (ids) => {
      return ids.length > 50 || bad.some((id) => ids.includes(id)) ? unknownPair : krakenTickers(ids);
    });
    const results = await exchange.fetch(exchange.symbols);
    expect(failed(results).toSorted()).toEqual(['C000/USD', 'C077/USD', 'C299/USD']);
    // The bad symbols may have been the reason, until the others are refused without them.
    await exchange.fetch(exchange.symbols);
    exchange.reset();
    expect(failed(await exchange.fetch(exchange.symbols))).toHaveLength(3);
    expect(Math.max(...sizes(exchange))).toBe(50);
    expect(exchange.requests).toHaveLength(6);
  });

  it('is not learned from a symbol that makes batches fail and is answered alone', async () => {
    const exchange = await kraken(200, (ids) => {
      return ids.length > 1 && ids.includes('C000USD') ? unknownPair : krakenTickers(ids);
    });
    await expectAll(exchange, exchange.symbols);
    await expectAll(exchange, exchange.symbols);
    expect(Math.max(...sizes(exchange))).toBeGreaterThan(100);
    expect(exchange.requests.length).toBeLessThanOrEqual(7);
  });

  it('is no longer looked for once the exchange fails', async () => {
    let requests = 0;
    const exchange = await kraken(300, (ids) => {
      requests += 1;
      if (requests > 3) return { status: 200, body: html };
      return ids.length > 50 ? unknownPair : krakenTickers(ids);
    });
    const results = await exchange.fetch(exchange.symbols);
    expect(requests).toBe(4);
    expect(failed(results)).toHaveLength(250);
    for (const symbol of failed(results)) {
      const error = requireError(results.get(symbol));
      expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: true, details: { symbol } });
      expectDiscreet(error);
    }
  });

  it('is not learned from a refusal of ccxt before it sends anything, which does not count as a request', async () => {
    const exchange = await kraken(300, (ids) => krakenTickers(ids));
    const { ccxt } = exchange.client;
    const fetchTickers = ccxt.fetchTickers.bind(ccxt);
    ccxt.fetchTickers = async (symbols, params) => {
      if (symbols?.some((symbol) => symbol.endsWith('25/USD'))) throw new ccxtErrors.BadRequest('not in a list');
      if (symbols?.some((symbol) => symbol.endsWith('75/USD'))) throw new ccxtErrors.NotSupported('not in a list');
      return fetchTickers(symbols, params);
    };
    await expectAll(exchange, exchange.symbols);
    expect(exchange.requests.length).toBeLessThanOrEqual(60);
    await expectAll(exchange, exchange.symbols);
    expect(Math.max(...sizes(exchange))).toBeGreaterThan(200);
    expect(exchange.requests.length).toBeLessThanOrEqual(1 + 6 * 4);
  });

  it.each([
    ['an outage', { status: 503, body: html }],
    ['a rate limit', { status: 429, body: html }],
    ['a page of HTML', { status: 200, body: html }],
  ])('is not learned from %s, which is not answered one by one either', async (_, failure) => {
    let isDown = false;
    const exchange = await kraken(300, (ids) => (isDown ? failure : krakenTickers(ids)));
    isDown = true;
    const fetching = exchange.fetch(exchange.symbols);
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await exchange.clock.advance(300);
    }
    const results = await fetching;
    expect(failed(results)).toHaveLength(300);
    for (const symbol of exchange.symbols) expect(requireError(results.get(symbol)).retryable).toBe(true);
    expect(exchange.requests.length).toBeLessThanOrEqual(2);
    isDown = false;
    await exchange.clock.advance(10 * minute);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300]);
  });
});
