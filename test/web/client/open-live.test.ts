import { gql } from 'urql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Failure } from '../../../web/src/client/error-text.ts';
import { openLive } from '../../../web/src/client/open-live.ts';
import { createFakeClient, FakeSocket } from '../../support/web/fake-socket.ts';

const document = gql<{ readonly tick: number }>`subscription Ticks { tick }`;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const socket = new FakeSocket();
  const received: number[] = [];
  const failures: (Failure | null)[] = [];
  const stop = openLive({
    client: createFakeClient(socket),
    document,
    variables: () => ({}),
    onData: ({ tick }) => received.push(tick),
    onFailure: (failure) => failures.push(failure),
  });
  return { socket, received, failures, stop };
}

const refusal = (extensions: Readonly<Record<string, unknown>>) => [{ message: 'Kraken does not answer.', extensions }];

test('it delivers events, and no failure while there is none', () => {
  const { socket, received, failures } = open();
  socket.latest.sink.next({ data: { tick: 1 } });
  socket.latest.sink.next({ data: { tick: 2 } });
  expect(received).toEqual([1, 2]);
  expect(failures).toEqual([]);
});

test('a failure that may pass is shown, and a new subscription begins when the server says', () => {
  const { socket, received, failures } = open();
  socket.latest.sink.error(refusal({ retryable: true, retryAfterMs: 700 }));
  expect(failures).toMatchObject([{ message: 'Kraken does not answer.', retryAfterMs: 700 }]);
  vi.advanceTimersByTime(699);
  expect(socket.operations).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(socket.operations).toHaveLength(2);
  socket.latest.sink.next({ data: { tick: 3 } });
  expect(failures.at(-1)).toBeNull();
  expect(received).toEqual([3]);
});

test('a failure that would come again is final', () => {
  const { socket, failures } = open();
  socket.latest.sink.error(refusal({ retryable: false }));
  expect(failures).toMatchObject([{ message: 'Kraken does not answer.', retryAfterMs: null }]);
  vi.advanceTimersByTime(3_600_000);
  expect(socket.operations).toHaveLength(1);
});

test('an end without an error is followed by a new subscription', () => {
  const { socket, failures } = open();
  socket.latest.sink.complete();
  vi.advanceTimersByTime(5_000);
  expect(socket.operations).toHaveLength(2);
  expect(failures).toEqual([]);
});

test('an end after a failure that has passed is one without an error', () => {
  const { socket } = open();
  socket.latest.sink.next({ errors: refusal({ retryable: false }) });
  socket.latest.sink.next({ data: { tick: 1 } });
  socket.latest.sink.complete();
  vi.advanceTimersByTime(5_000);
  expect(socket.operations).toHaveLength(2);
});

test('once stopped, it receives nothing and does not begin again', () => {
  const { socket, received, stop } = open();
  const { sink } = socket.latest;
  stop();
  expect(socket.latest.isStopped).toBe(true);
  sink.next({ data: { tick: 1 } });
  vi.advanceTimersByTime(3_600_000);
  expect(received).toEqual([]);
  expect(socket.operations).toHaveLength(1);
});

test('it can be stopped while it waits', () => {
  const { socket, stop } = open();
  socket.latest.sink.error(refusal({ retryable: true, retryAfterMs: 700 }));
  stop();
  vi.advanceTimersByTime(3_600_000);
  expect(socket.operations).toHaveLength(1);
});
