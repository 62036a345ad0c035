import { expect, test } from 'vitest';
import { type ProblemEvent, toProblemEvent } from '../../../../src/server/rest/streams/problem-event.ts';

/** The lines of an event, its problem, and when its clients reconnect. */
function read({ bytes, retryMs }: ProblemEvent) {
  const [name, data = '', ...rest] = String(bytes).split('\n');
  return { name, retryMs, problem: JSON.parse(data.replace('data: ', '')), rest };
}

test('an error is one event named problem, with a problem as REST answers it', () => {
  const extensions = { code: 'EXCHANGE_UNAVAILABLE', retryable: true, exchange: 'kraken' };
  expect(read(toProblemEvent({ message: 'kraken is\naway.', extensions }))).toEqual({
    name: 'event: problem',
    retryMs: 2000,
    problem: {
      ...{ type: 'about:blank', title: 'Service Unavailable', status: 503, detail: 'kraken is\naway.' },
      ...extensions,
    },
    rest: ['', ''],
  });
});

test.each([
  ['after two seconds', { retryable: true }, 2000],
  ['when the error says', { retryable: true, retryAfterMs: 30_000 }, 30_000],
  ['not sooner than after two seconds', { retryable: true, retryAfterMs: 5 }, 2000],
  ['after ten minutes if a retry does not help', { retryable: false }, 600_000],
  ['after ten minutes if a retry does not help now', { retryable: false, retryAfterMs: 10 }, 600_000],
  ['after ten minutes if nothing is known', {}, 600_000],
])('the client reconnects %s', (_when, extensions, retryMs) => {
  expect(toProblemEvent({ message: 'No.', extensions }).retryMs).toBe(retryMs);
});

test('a client that cannot continue from its id begins again, soon', () => {
  const event = toProblemEvent({ message: 'No.', extensions: { retryable: false } }, { beginsAgain: true });
  expect(event.retryMs).toBe(2000);
  expect(String(event.bytes)).toMatch(/^event: problem\nid: connected\ndata: \{.*\}\n\n$/);
});
