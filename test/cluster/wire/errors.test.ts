import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorCodec } from '../../../src/cluster/wire/errors.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { timeAheadBy } from '../../support/cluster/fakes/fake-time.ts';
import { error as anyError } from '../../support/cluster/fakes/random-values.ts';

const here = timeAheadBy(0);

function send(error: MarketDataError): MarketDataError {
  return errorCodec.read(JSON.parse(JSON.stringify(errorCodec.write(error, here))), here);
}

test('an error keeps its code, message and details', () => {
  fc.assert(
    fc.property(anyError, (error) => {
      const { code, message, details, retryable } = send(error);
      expect({ code, message, details, retryable }).toStrictEqual({
        code: error.code,
        message: error.message,
        details: error.details,
        retryable: error.retryable,
      });
    }),
  );
});

test('the cause and the stack are not sent', () => {
  const cause = new Error('https://example.com/?key=secret');
  const error = new MarketDataError('TIMEOUT', 'kraken did not answer.', { exchange: 'kraken', cause });
  expect(JSON.stringify(errorCodec.write(error, here))).not.toMatch(/secret|example|\.ts/);
  expect(send(error).details).toStrictEqual({ exchange: 'kraken' });
});

test('a code that this server does not know is an internal error', () => {
  const { code, message } = errorCodec.read(['FROM_THE_FUTURE', 'what'], here);
  expect([code, message]).toEqual(['INTERNAL_SERVER_ERROR', 'Something went wrong on this server.']);
});
