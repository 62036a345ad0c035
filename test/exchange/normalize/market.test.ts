import type { Exchange, MarketInterface } from 'ccxt';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { toMarket } from '../../../src/exchange/normalize/market.ts';
import { noBounds, noLimits } from '../../../src/market/model/market.ts';

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

const swap = { spot: false, swap: true };
const option = { spot: false, option: true };

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
    exchangeSymbol: '',
    margin: null,
    linear: null,
    inverse: null,
    strike: null,
    optionType: null,
    listedAt: null,
    maker: null,
    taker: null,
  });
  expect(toMarket(exchange, marketWith({}))?.limits).toBe(noLimits);
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
  ['an id', { id: 'XXBTZUSD' }, { exchangeSymbol: 'XXBTZUSD' }],
  ['an id that is a number', { id: 12 }, { exchangeSymbol: '12' }],
  ['margin trading', { margin: true }, { margin: true }],
  ['no margin trading', { margin: false }, { margin: false }],
  ['spot is not settled', { linear: false, inverse: false }, { linear: null, inverse: null }],
  ['a linear contract', { ...swap, linear: true, inverse: false }, { linear: true, inverse: false }],
  ['an inverse contract', { ...swap, linear: false, inverse: true }, { linear: false, inverse: true }],
  ['a contract settled in both', { ...swap, linear: true, inverse: true }, { linear: null, inverse: null }],
  ['a call', { ...option, strike: 90_000, optionType: 'call' }, { strike: 90_000, optionType: 'call' }],
  ['a put', { ...option, strike: 0.5, optionType: 'put' }, { strike: 0.5, optionType: 'put' }],
  ['an option of an unknown kind', { ...option, strike: 0, optionType: 'C' }, { strike: null, optionType: null }],
  ['a strike of a swap', { ...swap, strike: 5, optionType: 'call' }, { strike: null, optionType: null }],
  ['a listing', { created: Date.UTC(2019, 8, 25) }, { listedAt: Date.UTC(2019, 8, 25) }],
  ['a listing before Bitcoin', { created: 1 }, { listedAt: null }],
  ['a listing in seconds', { created: 1_569_369_600 }, { listedAt: null }],
  ['fees', { maker: 0.0016, taker: 0.0026 }, { maker: 0.0016, taker: 0.0026 }],
  [
    'limits',
    { limits: { amount: { min: 0.001, max: 10 }, price: { min: 0 }, cost: { min: 5 } } },
    { limits: { amount: { min: 0.001, max: 10 }, price: noBounds, cost: { min: 5, max: null } } },
  ],
])('%s', (_name, given, expected) => {
  expect(toMarket(exchange, marketWith(given))).toMatchObject(expected);
});

it('a step of zero is null', () => {
  exchange.precisionMode = modes.tickSize;
  const market = toMarket(exchange, marketWith({ precision: { price: 0, amount: 0 } }));
  expect(market).toMatchObject({ pricePrecision: null, amountPrecision: null });
});

const anything = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE, -1, 0, 1e-320, 400, -400, 1.5),
  fc.boolean(),
  fc.string(),
  fc.constantFrom(null, undefined, [], {}),
);
const facts = [
  'id',
  'settle',
  'active',
  'margin',
  'linear',
  'inverse',
  'contractSize',
  'expiry',
  'strike',
  'optionType',
];
const others = ['created', 'maker', 'taker', 'percentage', 'precision', 'limits', 'spot', 'swap', 'future', 'option'];
const record = (...names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] });

it('whatever ccxt gives, no market throws, and every number in it can be sent', () => {
  const bounds = fc.oneof(anything, record('min', 'max'));
  const nested = fc.record({
    precision: fc.oneof(anything, record('price', 'amount')),
    limits: fc.oneof(anything, fc.record({ amount: bounds, price: bounds, cost: bounds }, { requiredKeys: [] })),
  });
  const mode = fc.constantFrom(...Object.values(modes));
  const requireFinite = (value: unknown): void => {
    if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(requireFinite);
  };
  fc.assert(
    fc.property(record(...facts, ...others), nested, mode, (fields, structures, precisionMode) => {
      exchange.precisionMode = precisionMode;
      requireFinite(toMarket(exchange, Object.assign(marketWith({}), fields, structures)));
    }),
  );
});
