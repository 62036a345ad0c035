import { describe, expect, it } from 'vitest';
import { MarketDataError } from '../../../src/market/errors.ts';
import { exchangeNotFound, requireMarket } from '../../../src/market/model/not-found.ts';
import { marketOf } from '../../support/fakes/market.ts';

const ids = ['binance', 'coinbase', 'kraken'];

describe('an unknown exchange', () => {
  it.each([
    ['karken', 'There is no exchange "karken"; did you mean kraken?'],
    ['zzzzzzz', 'There is no exchange "zzzzzzz"; the query `exchanges` lists all ids.'],
    ['', 'There is no exchange ""; the query `exchanges` lists all ids.'],
    ['a"b\n', 'There is no exchange "a\\"b\\n"; the query `exchanges` lists all ids.'],
  ])('%j', (id, message) => {
    const error = exchangeNotFound(id, ids, false);
    expect(error).toMatchObject({ code: 'EXCHANGE_NOT_FOUND', message, details: { exchange: id } });
    expect(error.isFinal).toBe(true);
  });

  it('an exchange that exists but is not enabled: the error lists the enabled ones', () => {
    const error = exchangeNotFound('okx', ids, true);
    expect(error.message).toBe(
      'The exchange okx is not enabled on this server; the enabled ones are binance, coinbase, kraken.',
    );
    expect(error.details.suggestions).toEqual(ids);
  });

  it('if many are enabled, the error names ten', () => {
    const many = Array.from({ length: 12 }, (_, index) => `ex${index}`);
    const { message, details } = exchangeNotFound('okx', many, true);
    expect(message).toMatch(/the enabled ones are ex0, .*, ex9 and others\.$/);
    expect(details.suggestions).toHaveLength(10);
  });

  it('has no stack trace, because one answer can have a thousand of them', () => {
    expect(exchangeNotFound('karken', ids, false).stack).not.toContain('not-found.ts');
  });

  it('a long id is cut in the message', () => {
    const { message } = exchangeNotFound('x'.repeat(10_000), ids, false);
    expect(message.length).toBeLessThan(200);
    expect(message).toContain(`"${'x'.repeat(60)}…"`);
  });
});

describe('requireMarket', () => {
  const market = marketOf('kraken', 'BTC/USD');
  const markets = new Map([['BTC/USD', market]]);

  function errorOf(symbol: string): MarketDataError {
    try {
      requireMarket('kraken', symbol, markets);
    } catch (error) {
      if (error instanceof MarketDataError) return error;
    }
    throw new Error('it did not throw a MarketDataError');
  }

  it('returns a market that exists', () => {
    expect(requireMarket('kraken', 'BTC/USD', markets)).toBe(market);
  });

  it.each([
    ['btc/usd', 'kraken has no market "btc/usd"; did you mean BTC/USD?'],
    ['XYZ/QQQ', 'kraken has no market "XYZ/QQQ"; the field `markets` of the exchange lists its symbols.'],
    ['', 'kraken has no market ""; the field `markets` of the exchange lists its symbols.'],
    ['constructor', 'kraken has no market "constructor"; the field `markets` of the exchange lists its symbols.'],
    ['__proto__', 'kraken has no market "__proto__"; the field `markets` of the exchange lists its symbols.'],
  ])('%j', (symbol, message) => {
    expect(errorOf(symbol)).toMatchObject({
      code: 'SYMBOL_NOT_FOUND',
      message,
      details: { exchange: 'kraken', symbol },
    });
  });

  it('a long symbol is cut in the message', () => {
    expect(errorOf('x'.repeat(10_000)).message.length).toBeLessThan(200);
  });
});
