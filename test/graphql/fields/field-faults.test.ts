import { expect, test } from 'vitest';
import { findFaults } from '../../../src/graphql/fields/field-faults.ts';
import { schema } from '../../../src/graphql/schema/schema.ts';

const { indicators, tickers, screen } = schema.getQueryType()?.getFields() ?? {};

function faultsOf(field: typeof indicators, name: string, value: unknown): readonly string[] {
  const arg = field?.args.find((each) => each.name === name);
  if (!arg) throw new Error(`there is no argument ${name}`);
  return findFaults(name, arg, value);
}

test.each([
  [[{ kind: 'RSI' }], []],
  [{ kind: 'RSI' }, []],
  [
    ['RSI'],
    ['of[0] must be an object with kind and, if needed, deviations, fast, period, signal, slow, but it is "RSI".'],
  ],
  [
    [null],
    ['of[0] must be an object with kind and, if needed, deviations, fast, period, signal, slow, but it is null.'],
  ],
  [[{}], ['of[0].kind is missing.']],
  [[{ kind: 'RSI' }, { kind: 'SMA', periods: 3 }], ['of[1] may not have the member "periods". Did you mean period?']],
  [
    [{ kind: 'SMA', zzzzzzz: 3 }],
    ['of[0] may not have the member "zzzzzzz". It can have deviations, fast, kind, period, signal, slow.'],
  ],
  [[{ periods: 3 }], ['of[0] may not have the member "periods". Did you mean period?', 'of[0].kind is missing.']],
  [[{ kind: 'RSI', period: '14' }], ['of[0].period must be a whole number, but it is "14".']],
  [
    [{ kind: 'RSX' }],
    ['of[0].kind must be one of ADX, ATR, BOLLINGER, EMA, MACD, OBV, RSI, SMA, STOCHASTIC, VWAP, but it is "RSX".'],
  ],
])('indicators %j', (value, faults) => {
  expect(faultsOf(indicators, 'of', value)).toEqual(faults);
});

test('no sentence names a type of the schema', () => {
  expect(faultsOf(tickers, 'symbols', {})).toEqual(['symbols must be text, but it is an object.']);
  expect(faultsOf(tickers, 'symbols', ['BTC/USD', 3, null])).toEqual([
    'symbols[1] must be text, but it is 3.',
    'symbols[2] must be text, but it is null.',
  ]);
  expect(faultsOf(screen, 'order', ['ASC'])).toEqual(['order must be one of ASC, DESC, but it is a list.']);
  expect(faultsOf(screen, 'first', null)).toEqual(['first must be a whole number, but it is null.']);
});

test('a whole number that is too large is told from what is none, and the sentence says how large it may be', () => {
  expect(faultsOf(screen, 'first', 1e10)).toEqual([
    'first must be a whole number from 1 to 1000, but it is 10000000000.',
  ]);
  expect(faultsOf(screen, 'first', -1e308)).toEqual([
    'first must be a whole number from 1 to 1000, but it is -1e+308.',
  ]);
  expect(faultsOf(screen, 'first', Number.POSITIVE_INFINITY)).toEqual([
    'first must be a whole number, but it is Infinity.',
  ]);
  expect(faultsOf(indicators, 'of', [{ kind: 'RSI', period: 1e10 }])).toEqual([
    'of[0].period must be a whole number from 1 to 500, but it is 10000000000.',
  ]);
});

test('a name that is as long as a book is not repeated', () => {
  const [fault = ''] = faultsOf(indicators, 'of', [{ kind: 'SMA', ['A'.repeat(100_000)]: 1 }]);
  expect(fault.length).toBeLessThan(250);
});
