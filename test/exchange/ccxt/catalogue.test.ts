import ccxt from 'ccxt';
import { describe, expect, it } from 'vitest';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { capabilities } from '../../../src/market/model/exchange.ts';
import { isTimeframe } from '../../../src/market/timeframe.ts';

const all = readCatalogue();

function errorOf(call: () => unknown): MarketDataError {
  try {
    call();
  } catch (error) {
    if (error instanceof MarketDataError) return error;
  }
  throw new Error('it threw no MarketDataError');
}

describe('the file', () => {
  it('contains every exchange of the installed ccxt and sim, each once', () => {
    expect(all.map(({ id }) => id)).toEqual([...ccxt.exchanges, 'sim'].sort());
  });

  it('knows which exchanges stream, and that only sim is simulated', () => {
    const streaming = all.filter((info) => info.streaming).map(({ id }) => id);
    const pro = new Set(Object.keys(ccxt.pro));
    expect(streaming).toEqual([...ccxt.exchanges.filter((id) => pro.has(id)), 'sim'].sort());
    expect(all.filter((info) => info.simulated).map(({ id }) => id)).toEqual(['sim']);
  });

  it("uses the schema's names of capabilities, in its order", () => {
    for (const { has } of all) expect(has).toEqual(capabilities.filter((capability) => has.includes(capability)));
  });

  it('has timeframes for exactly those exchanges that have candles', () => {
    for (const { has, timeframes } of all) expect(timeframes.length > 0).toBe(has.includes('CANDLES'));
  });
});

describe('the catalogue', () => {
  it('offers all exchanges without an allow-list, and no timeframe of unknown length', () => {
    const { exchanges } = createCatalogue(all, null);
    expect(exchanges.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    const strange = all.flatMap(({ timeframes }) => timeframes).filter((timeframe) => !isTimeframe(timeframe));
    expect(strange).not.toEqual([]);
    expect(exchanges.flatMap(({ timeframes }) => timeframes).filter((timeframe) => !isTimeframe(timeframe))).toEqual(
      [],
    );
  });

  it('finds an exchange by its exact id', () => {
    const catalogue = createCatalogue(all, null);
    expect(catalogue.get('kraken')).toMatchObject({ id: 'kraken', name: 'Kraken', simulated: false, streaming: true });
    for (const id of ['Kraken', 'kraken ', '', 'constructor', '__proto__', 'toString', '../sim/sim']) {
      expect(errorOf(() => catalogue.get(id)).code).toBe('EXCHANGE_NOT_FOUND');
    }
  });

  it('suggests the nearest ids', () => {
    const catalogue = createCatalogue(all, null);
    const error = errorOf(() => catalogue.get('karken'));
    expect(error.message).toBe('There is no exchange "karken"; did you mean kraken?');
    expect(error).toMatchObject({ retryable: false, details: { exchange: 'karken', suggestions: ['kraken'] } });
    expect(errorOf(() => catalogue.get('Binance')).details.suggestions?.[0]).toBe('binance');
  });

  it('excludes the others with an allow-list, says so, and keeps the order of the catalogue', () => {
    const catalogue = createCatalogue(all, ['kraken', 'binance', 'nosuch']);
    expect(catalogue.exchanges.map(({ id }) => id)).toEqual(['binance', 'kraken']);
    const error = errorOf(() => catalogue.get('coinbase'));
    expect(error.message).toBe(
      'The exchange coinbase is not enabled on this server; the enabled ones are binance, kraken.',
    );
    expect(error.code).toBe('EXCHANGE_NOT_FOUND');
    expect(errorOf(() => catalogue.get('krakn')).details.suggestions).toEqual(['kraken']);
  });

  it('allows none with an empty allow-list', () => {
    expect(createCatalogue(all, []).exchanges).toEqual([]);
  });
});
