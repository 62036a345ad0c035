import { createHash } from 'node:crypto';
import type { Expiry } from '../../graphql/execution/freshness.ts';
import type { MediaType } from '../http/media-type.ts';

/** From here on, in bytes, a buffer saves more than it costs each time that it is sent, as it is. */
const largeBytes = 8192;

/** What an answer is counted as. */
export interface Outcome {
  /** Which operation it answers: see `toOperationLabel`. */
  readonly operation: string;
  /** `ok`, or the code of the first error in it. */
  readonly code: string;
}

/** An answer with status 200, ready to be sent. */
export class Answer {
  readonly body: string | Buffer;
  readonly mediaType: MediaType;
  /** Of the body in UTF-8. */
  readonly byteLength: number;
  /** Null where it is not to be kept. */
  readonly expiry: Expiry | null;
  /** What its operation costs, to whom it is given again too. */
  readonly cost: number;
  readonly outcome: Outcome;
  #etag: string | null = null;

  constructor(body: string | Buffer, mediaType: MediaType, expiry: Expiry | null, cost: number, outcome: Outcome) {
    this.body = body;
    this.mediaType = mediaType;
    this.byteLength = Buffer.byteLength(body);
    this.expiry = expiry;
    this.cost = cost;
    this.outcome = outcome;
  }

  /** A strong entity tag: the same for the same bytes of the same media type. Made when first wanted. */
  get etag(): string {
    const { body, mediaType } = this;
    this.#etag ??= `"${createHash('sha1').update(mediaType).update('\n').update(body).digest('base64url')}"`;
    return this.#etag;
  }

  /** Of plain ASCII both encodings are the same, and Latin 1 is copied as it is. */
  get encoding(): 'latin1' | 'utf8' {
    return this.byteLength === this.body.length ? 'latin1' : 'utf8';
  }

  /** The same answer, to be sent again and again. */
  toRepeated(): Answer {
    const { body, byteLength } = this;
    if (typeof body !== 'string' || byteLength < largeBytes) return this;
    // Not of the pool, of which it would keep more than it is.
    const buffer = Buffer.allocUnsafeSlow(byteLength);
    buffer.write(body, this.encoding);
    return new Answer(buffer, this.mediaType, this.expiry, this.cost, this.outcome);
  }
}

/** True when an If-None-Match header names the tag, or any: then the client has the answer already (RFC 9110, 13.1.2). */
export function isNamedBy(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const tags = ifNoneMatch.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag.replace(/^W\//, '') === etag);
}
