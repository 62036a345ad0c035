import { describe, expect, test } from 'vitest';
import { createEventEncoder, toEvent } from '../../../../src/server/rest/streams/event-encoder.ts';

const encode = createEventEncoder('tickerUpdated', null);
const encodeWithId = createEventEncoder('tickerUpdated', () => '7/a');

/** The text of the event for this result of GraphQL. */
function textOf(result: object, encoder = encode): string {
  return String(encoder(JSON.stringify(result)).bytes);
}

describe('an event', () => {
  test('has the bytes of the value, not the value written again', () => {
    // A number that JavaScript writes differently.
    const { bytes, retryMs } = encode('{"data":{"tickerUpdated":{"last":1.50,"symbol":"Ü\\n"}}}');
    expect([String(bytes), retryMs]).toEqual(['data: {"last":1.50,"symbol":"Ü\\n"}\n\n', null]);
  });

  test('has the id that its value gives, before its data', () => {
    expect(textOf({ data: { tickerUpdated: [1, 2] } }, encodeWithId)).toBe('id: 7/a\ndata: [1,2]\n\n');
    const seen: unknown[] = [];
    createEventEncoder('f', (value) => {
      seen.push(value);
      return null;
    })('{"data":{"f":{"timestamp":5}}}');
    expect(seen).toEqual([{ timestamp: 5 }]);
  });

  test('is an event of one line, whatever the value contains', () => {
    expect(String(toEvent(JSON.stringify('a\nb\rc\u2028d'), null)).split(/\r\n|\r|\n/)).toHaveLength(3);
  });

  test('leaves out errors of single fields', () => {
    const errors = [{ message: 'no mark price', extensions: { code: 'TIMEOUT' } }];
    const data = { tickerUpdated: { last: 1, markPrice: null } };
    expect(textOf({ data, extensions: { errors } })).toBe('data: {"last":1,"markPrice":null}\n\n');
    const { retryMs, bytes } = encodeWithId(JSON.stringify({ data, extensions: { errors } }));
    expect([retryMs, String(bytes).startsWith('id: 7/a\n')]).toEqual([null, true]);
  });

  test('is not changed by text that looks like extensions', () => {
    const value = { name: '},"extensions":{' };
    expect(textOf({ data: { tickerUpdated: value } })).toBe(`data: ${JSON.stringify(value)}\n\n`);
  });
});

describe('an error', () => {
  const error = { message: 'kraken is away.', extensions: { code: 'EXCHANGE_UNAVAILABLE', retryable: true } };

  test.each([
    ['without data', { data: null, errors: [error] }],
    ['before its data', { errors: [error], data: { tickerUpdated: null } }],
    ['alone', { errors: [error] }],
  ])('%s is a problem without an id, and the last event', (_how, result) => {
    const { bytes, retryMs } = encodeWithId(JSON.stringify(result));
    expect(retryMs).toBe(2000);
    expect(String(bytes)).toMatch(/^event: problem\ndata: \{.*"status":503.*\}\n\n$/);
  });
});
