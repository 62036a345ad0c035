import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatAddress, home, parseAddress, type View } from '../../../web/src/address/address.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

/** Ids of ccxt, and symbols of any characters except for the comma, which separates markets. */
const exchange = fc.stringMatching(/^[a-z0-9]+$/);
const symbol = text.filter((candidate) => !candidate.includes(',') && candidate.replaceAll('/', '') !== '');
const positive = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
const market = fc.record({ exchange, symbol });
const sorting = fc.record({ by: text.filter((by) => !by.startsWith('-')), descending: fc.boolean() });

const view: fc.Arbitrary<View> = fc.oneof(
  fc.record({
    kind: fc.constant('markets' as const),
    name: optional(text),
    markets: optional(fc.array(market)),
    sorting: optional(sorting),
  }),
  fc.record({
    kind: fc.constant('screen' as const),
    exchange: optional(exchange),
    type: optional(text),
    quote: optional(text),
    minVolume: optional(positive),
    rankBy: optional(text),
    ascending: fc.boolean(),
    first: optional(fc.integer({ min: 1 })),
    sorting: optional(sorting),
  }),
  fc.record({ kind: fc.constant('market' as const), exchange, symbol, timeframe: optional(text) }),
);

test('the address of a view is read as this view, also after a browser has written it', () => {
  fc.assert(
    fc.property(view, (given) => {
      const address = formatAddress(given);
      expect(parseAddress(address)).toEqual(given);
      expect(parseAddress(new URL(address, 'http://localhost/').hash)).toEqual(given);
    }),
  );
});

test('addresses can be read by people', () => {
  const markets = [
    { exchange: 'sim', symbol: 'BTC/USDT' },
    { exchange: 'kraken', symbol: 'ETH/USD:USD' },
  ];
  expect(formatAddress({ ...home, name: 'Majors', markets, sorting: { by: 'last', descending: true } })).toBe(
    '#/markets?name=Majors&list=sim:BTC/USDT,kraken:ETH/USD:USD&sort=-last',
  );
  expect(formatAddress({ kind: 'market', exchange: 'sim', symbol: 'BTC/USDT:USDT', timeframe: '1h' })).toBe(
    '#/market/sim/BTC/USDT:USDT?timeframe=1h',
  );
});

test.each(['', '#', '#/', '#nothing', '#/market', '#/market/sim', '#/market//BTC', '#/%', '#?list'])(
  '"%s" is the watch list',
  (hash) => {
    expect(parseAddress(hash)).toMatchObject({ kind: 'markets' });
  },
);

test('what is not a market is left out of a list', () => {
  expect(parseAddress('#/markets?list=sim:BTC/USDT,nothing,:,')).toMatchObject({
    markets: [{ exchange: 'sim', symbol: 'BTC/USDT' }],
  });
});
