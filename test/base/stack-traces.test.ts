import { expect, test } from 'vitest';
import { withoutStackTraces } from '../../src/base/stack-traces.ts';

test('errors that are created within have no stack trace, and later ones have theirs', () => {
  const error = withoutStackTraces(() => new Error('a client caused it'));
  expect(error.stack).toBe('Error: a client caused it');
  expect(new Error('after').stack).toContain('stack-traces.test.ts');
});

test('when the callback throws, later errors still have their stack traces', () => {
  expect(() =>
    withoutStackTraces(() => {
      throw new TypeError('not created');
    }),
  ).toThrow('not created');
  expect(new Error('after').stack).toContain('stack-traces.test.ts');
});
