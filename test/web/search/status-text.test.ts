import { expect, test } from 'vitest';
import type { Answer } from '../../../web/src/search/market-search.ts';
import { toStatusText } from '../../../web/src/search/status-text.ts';

const answer = (totalCount: number, failure: string | null = null): Answer => {
  return { exchange: 'sim', markets: [], totalCount, failure };
};
const say = (...answers: readonly Answer[]): string =>
  toStatusText({ answers, isCurrent: true, waiting: [] }, (id) => id.toUpperCase());

test('it says how many markets were found', () => {
  expect([say(answer(0)), say(answer(1), answer(0)), say(answer(2), answer(3))]).toEqual([
    '0 markets found.',
    '1 market found.',
    '5 markets found.',
  ]);
});

test('it claims nothing about exchanges that failed', () => {
  expect(say(answer(0), answer(0, 'Gone.'))).toBe('No market found at the exchanges that answered.');
  expect(say(answer(2), answer(0, 'Gone.'))).toBe('2 markets found.');
  expect(say(answer(0, 'Gone.'))).toBe('');
});

test('it says whose answer is missing', () => {
  expect(toStatusText({ answers: [], isCurrent: false, waiting: ['a'] }, (id) => id)).toBe('Searching.');
  expect(toStatusText({ answers: [], isCurrent: true, waiting: ['a', 'b'] }, (id) => id)).toBe('Waiting for a, b.');
});
