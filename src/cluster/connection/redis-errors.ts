import { RedisUnavailable } from './bus.ts';

const noPermission = 'The Redis user of REDIS_URL has no permission for';
const ofPrefix = 'with the prefix REDIS_KEY_PREFIX.';

/** What Redis answers, and why the instance cannot work. */
const answers: readonly (readonly [start: RegExp, reason: string])[] = [
  [/^WRONGPASS/, 'Redis refuses the user name or the password of REDIS_URL.'],
  [/without any password configured/, 'REDIS_URL has a password, but Redis has none.'],
  [/^NOAUTH/, 'Redis requires a password, but REDIS_URL has none.'],
  [/^NOPERM.* keys|script can't access/, `${noPermission} the keys ${ofPrefix}`],
  [/^NOPERM.* channel|script can't publish/, `${noPermission} the channels ${ofPrefix}`],
  [/script can't run/, `${noPermission} the commands of the scripts.`],
  [/^OOM/, 'Redis is out of memory.'],
  [/^LOADING/, 'Redis is still loading its data.'],
  [/^READONLY/, 'REDIS_URL points to a read-only replica.'],
  [/^MASTERDOWN/, 'REDIS_URL points to a replica that has lost its primary.'],
  [/^MISCONF/, 'Redis refuses to write, because it cannot save its data.'],
  [/^BUSY/, 'Redis is busy with a script.'],
  [/^MOVED|^CROSSSLOT|cluster support/, 'REDIS_URL points to a node of Redis Cluster, which is not supported.'],
  [/DB index is out of range/, 'Redis does not have the database of REDIS_URL.'],
  [/^The queue is full/, 'Too many commands wait for Redis.'],
  [/max number of clients/, 'Redis has reached its maximum number of clients.'],
  [/^Unknown RESP type/, 'What answers at the host and port of REDIS_URL is not Redis.'],
  [/Error compiling script|unknown command.*HELLO|^NOPROTO/i, 'Redis is older than version 7.'],
];

/** The codes of the operating system, of TLS and of the client. */
const failures: readonly (readonly [code: RegExp, reason: string])[] = [
  [/ECONNREFUSED/, 'Nothing listens at the host and port of REDIS_URL.'],
  [/ENOTFOUND|EAI_AGAIN/, 'The host name of REDIS_URL cannot be resolved.'],
  [/EHOSTUNREACH|ENETUNREACH/, 'The network cannot reach the host of REDIS_URL.'],
  [
    /CERTIFICATE_REQUIRED/,
    'Redis asks for a TLS certificate of its clients (tls-auth-clients), but instances have none.',
  ],
  [/ALTNAME/, 'The TLS certificate of Redis is not for the host name of REDIS_URL.'],
  [/CERT_HAS_EXPIRED/, 'The TLS certificate of Redis has expired.'],
  [/ERR_SSL.*ALERT/, 'Redis refuses the TLS connection.'],
  [/CERT|UNABLE_TO/, 'The TLS certificate of Redis is not trusted.'],
  [/EPROTO|ERR_SSL/, 'Redis does not speak TLS at the port of REDIS_URL.'],
  [/ECONNRESET|SocketClosed/, 'Redis closes the connection. If it uses TLS, REDIS_URL must begin with rediss://.'],
  [/ETIMEDOUT|Timeout/, 'Redis does not answer in time.'],
];

export const unanswered = 'Redis does not answer in time.';
/** A server without TLS waits for the rest of what it takes for a command. */
export const noTlsAnswer = 'Redis does not answer in time. It may not use TLS at the port of REDIS_URL.';
export const disconnected = 'There is no connection to Redis.';

/** Says in a sentence why Redis cannot be used. Contains nothing of REDIS_URL. */
export function explainRedisError(error: unknown): string {
  if (error instanceof RedisUnavailable) return error.message;
  if (!(error instanceof Error)) return disconnected;
  const command = /^NOPERM.*'([^']+)' command/.exec(error.message)?.[1];
  if (command) return `${noPermission} the command ${command.toLowerCase()}.`;
  const answer = answers.find(([start]) => start.test(error.message));
  if (answer) return answer[1];
  const code = `${'code' in error ? String(error.code) : ''} ${error.name} ${error.constructor.name}`;
  const failure = failures.find(([pattern]) => pattern.test(code));
  if (failure) return failure[1];
  const word = /^[A-Z]{3,} /.exec(error.message)?.[0].trim();
  return word ? `Redis answers with the error ${word}.` : disconnected;
}

export function toRedisUnavailable(error: unknown): RedisUnavailable {
  return error instanceof RedisUnavailable ? error : new RedisUnavailable(explainRedisError(error));
}
