import type { Exchange, MarketInterface } from 'ccxt';
import { beforeAll, expect, it } from 'vitest';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { toMarket } from '../../../src/exchange/normalize/market.ts';

const ccxtModes: Readonly<Record<'DECIMAL_PLACES' | 'SIGNIFICANT_DIGITS' | 'TICK_SIZE', number>> = await import(
  new URL('./src/base/functions/number.js', import.meta.resolve('ccxt')).href
);
const modes = {
  decimalPlaces: ccxtModes.DECIMAL_PLACES,
  significantDigits: ccxtModes.SIGNIFICANT_DIGITS,
  tickSize: ccxtModes.TICK_SIZE,
};

let exchange: Exchange;

beforeAll(async () => {
  const ExchangeClass = await loadExchangeClass('kraken', false);
  exchange = new ExchangeClass({});
});

function marketWith(fields: Readonly<Record<string, unknown>>): MarketInterface {
  const market = exchange.safeMarketStructure({ symbol: 'A/B', base: 'A', quote: 'B', spot: true, ...fields });
  if (!market) throw new Error('ccxt made no market');
  return market;
}

it.each([
  { mode: 'tickSize', given: 0.05, step: 0.05 },
  { mode: 'tickSize', given: 1e-8, step: 1e-8 },
  { mode: 'tickSize', given: undefined, step: null },
  { mode: 'decimalPlaces', given: 2, step: 0.01 },
  { mode: 'decimalPlaces', given: 8, step: 1e-8 },
  { mode: 'decimalPlaces', given: 0, step: 1 },
  { mode: 'decimalPlaces', given: -3, step: 1000 },
  { mode: 'decimalPlaces', given: undefined, step: null },
  { mode: 'significantDigits', given: 5, step: null },
] as const)('a $mode of $given is a step of $step', ({ mode, given, step }) => {
  exchange.precisionMode = modes[mode];
  const market = toMarket(exchange, marketWith({ precision: { price: given, amount: given } }));
  expect(market).toMatchObject({ pricePrecision: step, amountPrecision: step });
});

it.each([
  { kind: 'spot', type: 'spot' },
  { kind: 'swap', type: 'swap' },
  { kind: 'future', type: 'future' },
  { kind: 'option', type: 'option' },
])('$kind is of type $type', ({ kind, type }) => {
  expect(toMarket(exchange, marketWith({ spot: false, [kind]: true }))).toMatchObject({ type });
});

it('an index is not a market', () => {
  expect(toMarket(exchange, marketWith({ spot: false, index: true }))).toBeNull();
});

it('unknown values are null', () => {
  expect(toMarket(exchange, marketWith({}))).toMatchObject({
    settle: null,
    active: null,
    contractSize: null,
    expiry: null,
    pricePrecision: null,
  });
});

it('an expiry is epoch ms', () => {
  const expiry = Date.UTC(2026, 2, 27, 8);
  expect(toMarket(exchange, marketWith({ spot: false, future: true, expiry, contractSize: 0.01 }))).toMatchObject({
    expiry,
    contractSize: 0.01,
  });
});

it.each([
  ['the 0 of a contract without end', { expiry: 0 }, { expiry: null }],
  ['an end in seconds', { expiry: 1_798_704_000 }, { expiry: null }],
  ['the last day of a calendar', { expiry: Date.UTC(9999, 11, 31) }, { expiry: null }],
  ['the year 2100 of a contract without end', { expiry: 4_133_404_800_000 }, { expiry: null }],
  ['an end', { expiry: Date.UTC(2027, 11, 31, 8) }, { expiry: Date.UTC(2027, 11, 31, 8) }],
  ['a contract of nothing', { contractSize: 0 }, { contractSize: null }],
  ['a contract', { contractSize: 0.01 }, { contractSize: 0.01 }],
  ['no currency to settle in', { settle: '' }, { settle: null }],
  ['neither active nor not', { active: 'preopen' }, { active: null }],
])('%s', (_name, given, expected) => {
  expect(toMarket(exchange, marketWith(given))).toMatchObject(expected);
});

it('a step of zero is null', () => {
  exchange.precisionMode = modes.tickSize;
  const market = toMarket(exchange, marketWith({ precision: { price: 0, amount: 0 } }));
  expect(market).toMatchObject({ pricePrecision: null, amountPrecision: null });
});
