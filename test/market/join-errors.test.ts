import { expect, test } from 'vitest';
import { MarketDataError } from '../../src/market/errors.ts';
import { joinErrors } from '../../src/market/join-errors.ts';

const errorOf = (id: string, details = {}) => new MarketDataError('EXCHANGE_NOT_FOUND', `There is no ${id}.`, details);

test('one error stays as it is', () => {
  const error = errorOf('a', { exchange: 'a' });
  expect(joinErrors([error])).toBe(error);
});

test('several errors become one with the messages, symbols and suggestions of all', () => {
  const joined = joinErrors([
    errorOf('a', { exchange: 'a', symbol: 'A', suggestions: ['x', 'y'] }),
    errorOf('b', { symbols: ['A', 'B'], suggestions: ['y', 'z'] }),
    errorOf('c'),
  ]);
  expect(joined).toMatchObject({
    code: 'EXCHANGE_NOT_FOUND',
    message: 'There is no a. There is no b. There is no c.',
  });
  expect(joined.details).toEqual({ symbols: ['A', 'B'], suggestions: ['x', 'y', 'z'] });
});

test('a message names ten of them', () => {
  const { message } = joinErrors(Array.from({ length: 200 }, (_, index) => errorOf(`x${index}`)));
  expect(message).toMatch(/There is no x9\. The same is true of 190 others\.$/);
});

test('nothing cannot be joined', () => {
  expect(() => joinErrors([])).toThrow(TypeError);
});
