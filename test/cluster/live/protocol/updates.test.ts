import { describe, expect, test } from 'vitest';
import { packUpdate, unpackUpdate } from '../../../../src/cluster/live/protocol/updates.ts';
import { packText } from '../../../../src/cluster/wire/envelope.ts';

test('an update has its sender and its fencing number', () => {
  expect(unpackUpdate(packUpdate({ instance: 'a', fence: 7 }, []))).toEqual({ instance: 'a', fence: 7, entries: [] });
});

describe('a fencing number that no owner can have is malformed, because all owners to come would be below it', () => {
  test.each(['1e308', '"Infinity"', '"NaN"', '-1', '0.5', 'null'])('%s', (fence) => {
    expect(unpackUpdate(packText(`["a",${fence},[]]`))).toBeNull();
  });
});
