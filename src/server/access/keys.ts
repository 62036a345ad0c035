import { createHash, timingSafeEqual } from 'node:crypto';
import { MarketDataError } from '../../market/errors.ts';

/** RFC 6750, 2.1; the name of a scheme is case-insensitive (RFC 9110, 11.1). */
const bearer = /^bearer +(\S+) *$/i;

/** How many hex digits of a key's digest make its name. */
const nameLength = 12;

/** A stored key: its digest, from which the key cannot be derived. */
interface Known {
  readonly digest: Buffer;
  readonly name: string;
}

/** The key in an `Authorization` header; null if there is none. */
export function toGivenKey(authorization: string | undefined): string | null {
  return bearer.exec(authorization ?? '')?.[1] ?? null;
}

/**
 * Finds the name of a key, which is derived from its digest; null if the key is not in the list. Keys are compared in
 * constant time, so that the time of an answer does not show how close a guess was.
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

/** The error for a client that has sent no key or a wrong one. */
export function unauthenticated(given: string | null): MarketDataError {
  const problem =
    given === null ? 'This server requires an API key' : 'The API key that was sent is not valid for this server';
  const remedy = 'send one as "Authorization: Bearer <key>", over a WebSocket in the payload of connection_init.';
  return new MarketDataError('UNAUTHENTICATED', `${problem}: ${remedy}`);
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
