import { ConnectionTimeoutError, SocketClosedUnexpectedlyError } from '@redis/client';
import { expect, test } from 'vitest';
import { explainRedisError } from '../../../src/cluster/connection/redis-errors.ts';

const withCode = (code: string): Error => Object.assign(new Error('secret 10.0.0.1:6379'), { code });

test.each([
  [withCode('ENOTFOUND'), 'The host name of REDIS_URL cannot be resolved.'],
  [withCode('EHOSTUNREACH'), 'The network cannot reach the host of REDIS_URL.'],
  [withCode('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'The TLS certificate of Redis is not trusted.'],
  [withCode('ERR_TLS_CERT_ALTNAME_INVALID'), 'The TLS certificate of Redis is not for the host name of REDIS_URL.'],
  [withCode('CERT_HAS_EXPIRED'), 'The TLS certificate of Redis has expired.'],
  [
    withCode('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    'Redis asks for a TLS certificate of its clients (tls-auth-clients), but instances have none.',
  ],
  [withCode('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'), 'Redis refuses the TLS connection.'],
  [withCode('ERR_SSL_WRONG_VERSION_NUMBER'), 'Redis does not speak TLS at the port of REDIS_URL.'],
  [withCode('ECONNRESET'), 'Redis closes the connection. If it uses TLS, REDIS_URL must begin with rediss://.'],
  [
    new SocketClosedUnexpectedlyError(),
    'Redis closes the connection. If it uses TLS, REDIS_URL must begin with rediss://.',
  ],
  [new Error('Unknown RESP type 72 "H"'), 'What answers at the host and port of REDIS_URL is not Redis.'],
  [new ConnectionTimeoutError(), 'Redis does not answer in time.'],
  [new AggregateError([withCode('ECONNREFUSED')], 'secret'), 'There is no connection to Redis.'],
  [new Error('LOADING Redis is loading the dataset in memory'), 'Redis is still loading its data.'],
  [
    new Error('MISCONF Redis is configured to save RDB snapshots'),
    'Redis refuses to write, because it cannot save its data.',
  ],
  [new Error('ERR unknown command'), 'Redis answers with the error ERR.'],
  [new Error('secret'), 'There is no connection to Redis.'],
  ['secret', 'There is no connection to Redis.'],
])('%s', (error, sentence) => {
  expect(explainRedisError(error)).toBe(sentence);
});
