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

/** From here on, in bytes, a buffer saves more than it costs each time that it is sent, as it is. */
const largeBytes = 8192;

export function toAnswer(body: string, mediaType: MediaType, expiry: Expiry | null): Answer {
  return { body, mediaType, byteLength: Buffer.byteLength(body), expiry };
}

/** The same answer, to be sent again and again. */
export function toRepeated(answer: Answer): Answer {
  const { body, byteLength } = answer;
  if (typeof body !== 'string' || byteLength < largeBytes) return answer;
  // Not of the pool, of which it would keep more than it is.
  const buffer = Buffer.allocUnsafeSlow(byteLength);
  buffer.write(body, toEncoding(answer));
  return { ...answer, body: buffer };
}

/** Of plain ASCII both encodings are the same, and Latin 1 is copied as it is. */
export function toEncoding({ body, byteLength }: Answer): 'latin1' | 'utf8' {
  return byteLength === body.length ? 'latin1' : 'utf8';
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
