import { expect, test } from 'vitest';
import { Readiness } from '../../../src/server/http/readiness.ts';

test('a stopping server never becomes ready again', () => {
  const readiness = new Readiness();
  expect(readiness.state).toBe('starting');
  readiness.markReady();
  expect(readiness.state).toBe('ready');
  readiness.markStopping();
  readiness.markReady();
  expect(readiness.state).toBe('stopping');
});
