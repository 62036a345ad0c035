import { createHash, timingSafeEqual } from 'node:crypto';
import { MarketDataError } from '../../market/errors.ts';

/** RFC 6750, 2.1; the name of a scheme may have any case (RFC 9110, 11.1). */
const bearer = /^bearer +(\S+) *$/i;

/** So much of a key's digest tells keys apart, in hex digits. */
const nameLength = 12;

/** A key as it is kept: what was given cannot be told from it. */
interface Known {
  readonly digest: Buffer;
  readonly name: string;
}

/** The key that an `Authorization` gives; null where it gives none. */
export function toGivenKey(authorization: string | undefined): string | null {
  return bearer.exec(authorization ?? '')?.[1] ?? null;
}

/**
 * Finds the name of a key, made of its digest; null for one that is none of these. Each key is compared, and each in the
 * same time, so that nobody can learn from how long it takes how near a guess was.
 */
export function createKeyFinder(keys: readonly string[]): (given: string) => string | null {
  const known: readonly Known[] = keys.map((key) => {
    const digest = digestOf(key);
    return { digest, name: `key-${digest.toString('hex').slice(0, nameLength)}` };
  });
  return (given) => {
    const digest = digestOf(given);
    let found: string | null = null;
    for (const key of known) if (timingSafeEqual(digest, key.digest)) found = key.name;
    return found;
  };
}

/** What a client is told who gave no key, or a wrong one. */
export function unauthenticated(given: string | null): MarketDataError {
  const problem =
    given === null ? 'This server needs an API key' : 'The API key that was sent is none of this server’s';
  const remedy = 'send one as "Authorization: Bearer <key>", over a WebSocket in the payload of connection_init.';
  return new MarketDataError('UNAUTHENTICATED', `${problem}: ${remedy}`);
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
