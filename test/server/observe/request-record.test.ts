import { expect, test } from 'vitest';
import { RequestRecord } from '../../../src/server/observe/request-record.ts';

test('the duration of an answer in parts ends when it begins, and its parts do not count', () => {
  const counted: (readonly [operation: string, code: string, durationMs: number])[] = [];
  const record = new RequestRecord('rest', (_transport, ...outcome) => counted.push(outcome), null, null);
  record.begin('ohlcv');
  const afterBegin = record.durationMs;
  record.part().answer('ohlcv', 'TIMEOUT');
  while (record.durationMs < afterBegin + 5);
  record.answer('ohlcv', 'ok');
  record.answer('ohlcv', 'TIMEOUT');
  expect(counted).toEqual([['ohlcv', 'ok', expect.any(Number)]]);
  expect(counted[0]?.[2]).toBeLessThanOrEqual(afterBegin);
});
