import { expect, test } from 'vitest';
import { schema } from '../../../../src/graphql/schema/schema.ts';
import { readQueryString, readValues } from '../../../../src/server/rest/messages/read-values.ts';
import { createResources } from '../../../../src/server/rest/resources.ts';

const resources = createResources(schema);

/** Reads a query string as that of a resource. */
function read(operationId: string, search: string, params: Readonly<Record<string, string>> = {}) {
  const resource = resources.find((each) => each.operationId === operationId);
  if (!resource) throw new TypeError(`there is no resource ${operationId}`);
  return readValues(resource.query.arguments, params, readQueryString(search));
}

test.each([
  ['symbols=BTC-USDT,ETH%2FUSDT', ['BTC/USDT', 'ETH/USDT']],
  ['symbols=BTC-USDT&symbols=ETH-USDT', ['BTC/USDT', 'ETH/USDT']],
  ['symbols=+BTC-USDT%20,,+ETH-USDT:USDT', ['BTC/USDT', 'ETH/USDT:USDT']],
])('%s is a list of symbols', (search, symbols) => {
  expect(read('getTickers', search)).toEqual({ symbols });
});

test.each(['symbols=', 'symbols=,', 'symbols=+,%20', 'symbols=&symbols=,'])('%s counts as left out', (search) => {
  expect(read('getTickers', search)).toEqual({ symbols: null });
});

test.each([
  ['since=1700000000000', 1_700_000_000_000],
  ['since=2026-01-31', '2026-01-31'],
  ['since=2026-01-31T12:00:00+02:00', '2026-01-31T12:00:00+02:00'],
  ['since=2026-01-31T12:00:00%2B02:00', '2026-01-31T12:00:00+02:00'],
  ['since=-1', '-1'],
])('%s is a time', (search, since) => {
  expect(read('getCandles', search)).toEqual({ since });
});

test.each([
  ['limit=3', 3],
  ['limit=3.0', 3],
  ['limit=1e3', 1000],
  ['limit=%2B3', 3],
  ['limit=0x10', '0x10'],
  ['limit=Infinity', 'Infinity'],
  ['limit=3%00', '3\0'],
  ['limit=', null],
])('%s is a number, or stays text that is refused later', (search, limit) => {
  expect(read('getCandles', search)).toEqual({ limit });
});

test.each(['FUNDING_RATE', 'funding_rate', 'funding-rate', 'fundingRate'])('the case of %s is ignored', (given) => {
  expect(read('getExchanges', `has=${given}`)).toEqual({ has: ['FUNDING_RATE'] });
});

test('the parameters of the path are values, too', () => {
  const params = { exchange: 'sim', symbol: 'BTC-USDT' };
  expect(read('getCandles', 'limit=1', params)).toEqual({ exchange: 'sim', symbol: 'BTC/USDT', limit: 1 });
  expect(() => read('getCandles', 'exchange=kraken', params)).toThrow('exchange is part of the path');
  expect(() => read('getTicker', 'x=1', params)).toThrow('There is no parameter "x". There are no parameters.');
});

test.each(['__proto__', 'constructor', 'toString', 'symbols[]'])('%s is no parameter', (name) => {
  expect(() => read('getTickers', `${encodeURIComponent(name)}=1`, { exchange: 'sim' })).toThrow(
    /There is no parameter "[^"]+".* The only parameter is symbols\.$/,
  );
});
