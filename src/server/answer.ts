import { createHash } from 'node:crypto';
import type { Expiry } from '../graphql/freshness.ts';
import type { MediaType } from './media-type.ts';

/** An answer with status 200, ready to be sent. */
export interface Answer {
  readonly body: string | Buffer;
  readonly mediaType: MediaType;
  /** Of the body in UTF-8. */
  readonly byteLength: number;
  /** Null where it is not to be kept. */
  readonly expiry: Expiry | null;
}

/** From here on, in bytes, a buffer saves more than it costs: it is sent as it is, and no garbage collection moves it. */
const largeBytes = 8192;

export function toAnswer(text: string, mediaType: MediaType, expiry: Expiry | null): Answer {
  const byteLength = Buffer.byteLength(text);
  if (byteLength < largeBytes) return { body: text, mediaType, byteLength, expiry };
  // Not of the pool, of which it would keep more than it is.
  const body = Buffer.allocUnsafeSlow(byteLength);
  // Plain ASCII is copied as it is.
  body.write(text, byteLength === text.length ? 'latin1' : 'utf8');
  return { body, mediaType, byteLength, expiry };
}

/** A strong entity tag: the same for the same bytes of the same media type. */
export function toETag({ body, mediaType }: Answer): string {
  return `"${createHash('sha1').update(mediaType).update('\n').update(body).digest('base64url')}"`;
}

/** True when an If-None-Match header names the tag, or any: then the client has the answer already (RFC 9110, 13.1.2). */
export function isNamedBy(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const tags = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag.replace(/^W\//, '') === etag);
}
