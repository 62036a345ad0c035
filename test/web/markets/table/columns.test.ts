import { expect, test } from 'vitest';
import { emptyRow } from '../../../../web/src/markets/live/row.ts';
import { spreadOf } from '../../../../web/src/markets/table/columns.ts';
import { exampleTicker } from '../live/example-ticker.ts';

test.each([
  [99, 101, 2],
  [101, 99, -2],
  [100, 100, 0],
  [null, 101, null],
  [99, null, null],
  [0, 0, null],
])('bid %s and ask %s are a spread of %s percent', (bid, ask, expected) => {
  expect(spreadOf({ ...emptyRow, ticker: exampleTicker({ bid, ask }) })).toBe(expected);
});

test('a market without prices has no spread', () => {
  expect(spreadOf(emptyRow)).toBeNull();
});
