import { expect, test } from 'vitest';
import type { Route } from '../../../src/server/routing/route.ts';
import { RouteTable } from '../../../src/server/routing/route-table.ts';

const page = (path: string): Route => ({ kind: 'page', path, handle: () => {} });
const table = new RouteTable([
  page('/'),
  page('/api/ticker/top'),
  page('/api/ticker/:exchange/:symbol'),
  page('/api/:exchange/status'),
  page('/api/book/:exchange/*symbol'),
]);

test.each([
  ['/', '/', {}],
  ['/api/ticker/top', '/api/ticker/top', {}],
  ['/api/ticker/kraken/BTC%2FUSD', '/api/ticker/:exchange/:symbol', { exchange: 'kraken', symbol: 'BTC/USD' }],
  ['/api/book/kraken/BTC/USD', '/api/book/:exchange/*symbol', { exchange: 'kraken', symbol: 'BTC/USD' }],
  ['/api/book/kraken/BTC%2FUSD:USD', '/api/book/:exchange/*symbol', { exchange: 'kraken', symbol: 'BTC/USD:USD' }],
  ['/api/book/kraken/a/b/', '/api/book/:exchange/*symbol', { exchange: 'kraken', symbol: 'a/b/' }],
  ['/api/ticker/status', '/api/:exchange/status', { exchange: 'ticker' }],
])('%s is %s with %j', (path, route, params) => {
  const match = table.find(path);
  expect(match?.route.path).toBe(route);
  expect(match?.params).toEqual(params);
});

test.each([
  '',
  '/api',
  '/api/ticker',
  '/api/ticker/kraken/',
  '/api/ticker//BTC',
  '/api/ticker/kraken/BTC/USD',
  '/api/book/kraken',
  '/api/book/kraken/',
  '/constructor',
  '/__proto__',
])('%j has no route', (path) => {
  expect(table.find(path)).toBeNull();
});

test.each(['/api/ticker/kraken/%', '/api/book/kraken/%/USD', '/api/book/%ff/BTC'])('%j is encoded wrongly', (path) => {
  expect(table.find(path)?.params).toBeNull();
});

test('a parameter can have the name of a property that every object has', () => {
  const match = new RouteTable([page('/x/:__proto__')]).find('/x/1');
  expect(Object.entries(match?.params ?? {})).toEqual([['__proto__', '1']]);
});
