import { expect, test } from 'vitest';
import { toProblemEvent } from '../../../../src/server/rest/streams/problem-event.ts';

/** The lines of an event, and its problem. */
function read(event: Buffer) {
  const [name, retry, data = '', ...rest] = String(event).split('\n');
  return { name, retry, problem: JSON.parse(data.replace('data: ', '')), rest };
}

test('an error is one event named problem, with a problem as REST answers it', () => {
  const extensions = { code: 'EXCHANGE_UNAVAILABLE', retryable: true, exchange: 'kraken' };
  expect(read(toProblemEvent({ message: 'kraken is\naway.', extensions }))).toEqual({
    name: 'event: problem',
    retry: 'retry: 2000',
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
  expect(read(toProblemEvent({ message: 'No.', extensions })).retry).toBe(`retry: ${retryMs}`);
});

test('a client that cannot continue from its id begins again, soon', () => {
  const event = String(toProblemEvent({ message: 'No.', extensions: { retryable: false } }, { beginsAgain: true }));
  expect(event).toMatch(/^event: problem\nretry: 2000\nid: connected\ndata: \{.*\}\n\n$/);
});
