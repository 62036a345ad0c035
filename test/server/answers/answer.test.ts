import { expect, test } from 'vitest';
import { Answer } from '../../../src/server/answers/answer.ts';

const outcome = { operation: 'ticker', code: 'ok' };
const answerOf = (body: string) => new Answer(body, null, 0, outcome);

test('digests are equal only for equal bytes', () => {
  const { digest } = answerOf('{}');
  expect(digest).toMatch(/^[\w-]+$/);
  expect(answerOf('{}').digest).toBe(digest);
  expect(answerOf('{ }').digest).not.toBe(digest);
});

test('a large answer is repeated as a buffer with the same bytes', () => {
  const large = answerOf('€'.repeat(5000));
  expect(large.toRepeated().body).toEqual(Buffer.from('€'.repeat(5000)));
  expect(large.toRepeated().digest).toBe(large.digest);
  const small = answerOf('{}');
  expect(small.toRepeated()).toBe(small);
});

test('an answer in pieces is the same as one in a single piece', () => {
  const pieces = new Answer([Buffer.from('{"a":'), Buffer.from('"€"}')], null, 0, outcome);
  const whole = answerOf('{"a":"€"}');
  expect(pieces.byteLength).toBe(whole.byteLength);
  expect(pieces.memoryBytes).toBe(whole.byteLength);
  expect(pieces.digest).toBe(whole.digest);
  const repeated = pieces.toRepeated();
  expect(repeated.body).toEqual(Buffer.from('{"a":"€"}'));
  expect(repeated.digest).toBe(whole.digest);
});
