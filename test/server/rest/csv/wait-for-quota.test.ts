import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { waitForQuota } from '../../../../src/server/rest/csv/wait-for-quota.ts';
import { ManualClock, settle } from '../../../support/fakes/manual-clock.ts';

const neverAborted = new AbortController().signal;

function refuse(extensions: Readonly<Record<string, unknown>>): GraphQLError {
  return new GraphQLError('Not now.', { extensions });
}

/** Work that fails with each of these errors once, and then succeeds. */
function createWork(...errors: readonly Error[]) {
  let calls = 0;
  const work = async (): Promise<string> => {
    const error = errors[calls];
    calls += 1;
    if (error) throw error;
    return 'done';
  };
  return { work, countCalls: () => calls };
}

test('work waits as often and as long as the quota wants, but at least a second', async () => {
  const clock = new ManualClock();
  const quota = (retryAfterMs: number) => refuse({ code: 'RATE_LIMITED', retryAfterMs });
  const { work, countCalls } = createWork(quota(30_000), quota(1));
  const result = waitForQuota(work, clock, neverAborted);
  await clock.advance(29_999);
  expect(countCalls()).toBe(1);
  await clock.advance(1);
  expect(countCalls()).toBe(2);
  await clock.advance(999);
  expect(countCalls()).toBe(2);
  await clock.advance(1);
  expect([await result, clock.pending]).toEqual(['done', 0]);
});

test.each([
  ['of an exchange', refuse({ code: 'RATE_LIMITED', exchange: 'kraken', retryAfterMs: 1 })],
  ['that no wait can satisfy', refuse({ code: 'RATE_LIMITED', retryable: false })],
  ['of another kind', refuse({ code: 'OVERLOADED', retryAfterMs: 1 })],
  ['that is a defect', new TypeError('a defect')],
])('an error %s is nothing to wait for', async (_name, error) => {
  const { work } = createWork(error);
  await expect(waitForQuota(work, new ManualClock(), neverAborted)).rejects.toBe(error);
});

test('a client that leaves ends the wait', async () => {
  const clock = new ManualClock();
  const leaving = new AbortController();
  const error = refuse({ code: 'RATE_LIMITED', retryAfterMs: 30_000 });
  const { work, countCalls } = createWork(error);
  const result = expect(waitForQuota(work, clock, leaving.signal)).rejects.toBe(error);
  await settle();
  leaving.abort();
  await result;
  expect([countCalls(), clock.pending]).toEqual([1, 0]);
});
