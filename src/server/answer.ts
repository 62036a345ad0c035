import { createHash } from 'node:crypto';
import type { Expiry } from '../graphql/freshness.ts';
import type { MediaType } from './media-type.ts';

/** An answer with status 200, ready to be sent. */
export interface Answer {
  readonly body: string;
  readonly mediaType: MediaType;
  /** Of the body in UTF-8. */
  readonly byteLength: number;
  /** Null where it is not to be kept. */
  readonly expiry: Expiry | null;
}

export function toAnswer(body: string, mediaType: MediaType, expiry: Expiry | null): Answer {
  return { body, mediaType, byteLength: Buffer.byteLength(body), expiry };
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
