import { expect, test } from 'vitest';
import { describeRefusal } from '../../../src/commands/watch/describe-refusal.ts';
import { toClientError } from '../../../src/graphql/execution/errors.ts';
import { MarketDataError } from '../../../src/market/errors.ts';

const report = (error: unknown): void => {
  throw error;
};

const describe = (...errors: readonly MarketDataError[]): string =>
  describeRefusal({ errors: errors.map((error) => toClientError(error, report)) }, report);

test.each([
  ['kraken could not be reached; this server tries again in 2 s.', 'kraken could not be reached; try again in 2 s.'],
  ['kraken could not be reached; this server is trying again now.', 'kraken could not be reached; try again.'],
  ['kraken could not be reached.', 'kraken could not be reached.'],
])('%s: a command does not try again by itself', (message, sentence) => {
  expect(describe(new MarketDataError('EXCHANGE_UNAVAILABLE', message))).toBe(sentence);
});

test.each([
  [['A/B'], [], 'sim has no market A/B.'],
  [['A/B', 'C/D'], ['A/C'], 'sim has no markets A/B, C/D; did you mean A/C?'],
])('the symbols %j, and the nearest ones, without the fields of GraphQL', (symbols, suggestions, sentence) => {
  const details = { exchange: 'sim', symbols, suggestions };
  expect(describe(new MarketDataError('SYMBOL_NOT_FOUND', 'the field `markets` lists them', details))).toBe(sentence);
});

test('several errors are several sentences', () => {
  expect(describe(new MarketDataError('TIMEOUT', 'One.'), new MarketDataError('TIMEOUT', 'Two.'))).toBe('One. Two.');
});

test('an unexpected error is reported, and nothing of it is shown', () => {
  const reported: unknown[] = [];
  const errors = [toClientError(new Error('secret'), (error) => reported.push(error))];
  expect(describeRefusal({ errors }, () => {})).toBe('Something went wrong on this server.');
  expect(reported).toHaveLength(1);
});
