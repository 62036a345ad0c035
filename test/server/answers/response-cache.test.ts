import { expect, test } from 'vitest';
import type { Expiry } from '../../../src/graphql/execution/freshness.ts';
import { Answer } from '../../../src/server/answers/answer.ts';
import { ResponseCache } from '../../../src/server/answers/response-cache.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const never = Number.POSITIVE_INFINITY;
const forever: Expiry = { until: never, reusableUntil: never, isLive: false, isCurrent: () => true };
const clock = new ManualClock();
const outcome = { operation: 'ticker', code: 'ok' };
const answerOf = (body: string, expiry: Expiry | null = forever) => new Answer(body, expiry, 0, outcome);

test('the size of answers and requests is limited, and the least recently used ones are dropped', () => {
  const cache = new ResponseCache({ clock, maxBytes: 200_000 });
  const first = answerOf('x'.repeat(2000));
  cache.keep('first', first);
  for (let index = 0; index < 200; index++) {
    for (let time = 0; time < 2; time++) cache.keep(`request ${index}`, answerOf('x'.repeat(1000)));
    expect(cache.bytes).toBeLessThanOrEqual(200_000);
    expect(cache.find('first')).toBe(first);
  }
  expect(cache.bytes).toBeGreaterThan(190_000);
  expect(cache.find('request 0')).toBeNull();
  expect(cache.find('request 199')).not.toBeNull();
});

test('the size of long requests counts too', () => {
  const cache = new ResponseCache({ clock, maxBytes: 200_000 });
  for (let index = 0; index < 200; index++) cache.keep(`${index >> 1}${'x'.repeat(2000)}`, answerOf('{}'));
  expect(cache.bytes).toBeLessThanOrEqual(200_000);
  expect(cache.find(`0${'x'.repeat(2000)}`)).toBeNull();
});

test('once the cache is full, a request that comes for the first time replaces nothing', () => {
  const cache = new ResponseCache({ clock, maxBytes: 30_000 });
  for (let index = 0; index < 10; index++) cache.keep(`known ${index}`, answerOf('x'.repeat(1000)));
  for (let index = 0; index < 100; index++) cache.keep(`new ${index}`, answerOf('x'.repeat(1000)));
  for (let index = 0; index < 10; index++) expect(cache.find(`known ${index}`)).not.toBeNull();
  cache.keep('new 5', answerOf('x'.repeat(1000)));
  expect(cache.find('new 5')).not.toBeNull();
  expect(cache.bytes).toBeLessThanOrEqual(30_000);
});

test('an expired answer keeps its place when its request comes again', () => {
  const cache = new ResponseCache({ clock, maxBytes: 30_000 });
  let isCurrent = true;
  cache.keep('hot', answerOf('x'.repeat(1000), { ...forever, isCurrent: () => isCurrent }));
  for (let index = 0; index < 50; index++) cache.keep(`other ${index}`, answerOf('x'.repeat(1000)));
  isCurrent = false;
  expect(cache.find('hot')).toBeNull();
  cache.keep('hot', answerOf('x'.repeat(1000)));
  expect(cache.find('hot')).not.toBeNull();
});

test('no single answer takes more than an eighth of the cache', () => {
  const cache = new ResponseCache({ clock, maxBytes: 80_000 });
  cache.keep('small', answerOf('x'.repeat(8000)));
  cache.keep('large', answerOf('x'.repeat(10_001)));
  cache.keep('wide', answerOf('€'.repeat(6000)));
  expect(cache.find('small')).not.toBeNull();
  expect(cache.find('large')).toBeNull();
  expect(cache.find('wide')).toBeNull();
});

test('an expired answer is not kept, and an answer that expires is forgotten', async () => {
  const cache = new ResponseCache({ clock, maxBytes: 80_000 });
  let isCurrent = true;
  cache.keep('none', answerOf('{}', null));
  cache.keep('over', answerOf('{}', { ...forever, until: clock.now(), reusableUntil: clock.now() }));
  expect(cache.bytes).toBe(0);
  cache.keep('a', answerOf('{}', { ...forever, until: clock.now() + 10, reusableUntil: clock.now() + 10 }));
  cache.keep('b', answerOf('{}', { ...forever, isCurrent: () => isCurrent }));
  await clock.advance(9);
  expect(cache.find('a')).not.toBeNull();
  await clock.advance(1);
  expect(cache.find('a')).toBeNull();
  expect(cache.find('b')).not.toBeNull();
  isCurrent = false;
  expect(cache.find('b')).toBeNull();
  expect(cache.bytes).toBe(0);
});

test('an answer whose values are being renewed is given again until the renewal has ended or is late', async () => {
  const cache = new ResponseCache({ clock, maxBytes: 80_000 });
  let isCurrent = true;
  const renewed: Expiry = {
    until: clock.now() - 1,
    reusableUntil: clock.now() + 10,
    isLive: false,
    isCurrent: () => isCurrent,
  };
  cache.keep('a', answerOf('{}', renewed));
  cache.keep('b', answerOf('{}', { ...renewed, isCurrent: () => true }));
  await clock.advance(9);
  expect(cache.find('a')).not.toBeNull();
  isCurrent = false;
  expect(cache.find('a')).toBeNull();
  expect(cache.find('b')).not.toBeNull();
  await clock.advance(1);
  expect(cache.find('b')).toBeNull();
});
