import { expect, test } from 'vitest';
import { withoutStacks } from '../../src/base/without-stacks.ts';

test('errors that are made within have no stack, and others have theirs', () => {
  const error = withoutStacks(() => new Error('a client made it'));
  expect(error.stack).toBe('Error: a client made it');
  expect(new Error('after').stack).toContain('without-stacks.test.ts');
});

test('where making one fails, later ones have their stacks', () => {
  expect(() =>
    withoutStacks(() => {
      throw new TypeError('not made');
    }),
  ).toThrow('not made');
  expect(new Error('after').stack).toContain('without-stacks.test.ts');
});
