import { describe, expect, it } from 'vitest';
import { maxUrlLength } from '../../../src/exchange/http/url-limit.ts';
import { failed } from '../../support/exchange/small-exchange.ts';
import { expectAll, html, kraken, krakenTickers, sizes } from '../../support/exchange/small-kraken.ts';
import { requireError } from '../../support/exchange/venue-client.ts';
import type { Reply } from '../../venues/replies.ts';

describe('a URL', () => {
  it('of more than 4,000 characters is never sent: its batch is split', async () => {
    let longest = 0;
    const exchange = await kraken(600, (ids, characters) => {
      longest = Math.max(longest, characters);
      return krakenTickers(ids);
    });
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300, 300]);
    expect(longest).toBeLessThanOrEqual(maxUrlLength);
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([300, 300]);
  });

  it('that is short enough is not split', async () => {
    const exchange = await kraken(350, (ids) => krakenTickers(ids));
    await expectAll(exchange, exchange.symbols);
    expect(sizes(exchange)).toEqual([350]);
  });

  const refusals: readonly (readonly [string, Reply])[] = [
    ['414 with HTML', { status: 414, body: html }],
    ['414 with JSON', { status: 414, body: { error: [] } }],
    ['400 with HTML', { status: 400, body: html }],
    ['413 without a body', { status: 413, body: '' }],
    ['431 with HTML', { status: 431, body: html }],
  ];

  it.each(refusals)(
    'of 2 kB that is refused by %s is shortened, and the next one has the right length',
    async (_, refusal) => {
      const exchange = await kraken(600, (ids, characters) => (characters > 2048 ? refusal : krakenTickers(ids)));
      await expectAll(exchange, exchange.symbols);
      expect(exchange.requests.length).toBeLessThanOrEqual(7);
      await expectAll(exchange, exchange.symbols);
      expect(exchange.requests).toHaveLength(4);
    },
  );

  it.each(refusals)('for one symbol that is refused by %s is an error that is not retryable', async (_, refusal) => {
    const exchange = await kraken(2, () => refusal);
    const error = requireError((await exchange.fetch(['C000/USD'])).get('C000/USD'));
    expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: false });
    expect(error.message).toContain(`(HTTP ${refusal.status})`);
  });

  it('whose batches are all refused costs a few requests, and no symbol is blamed for the others', async () => {
    const exchange = await kraken(600, () => ({ status: 414, body: html }));
    const results = await exchange.fetch(exchange.symbols);
    expect(failed(results)).toHaveLength(600);
    expect(exchange.requests.length).toBeLessThanOrEqual(23);
    const blamed = [...results.values()].map(requireError).filter(({ retryable }) => !retryable);
    expect(blamed.length).toBeLessThan(20);
  });
});
