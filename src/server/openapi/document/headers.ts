import type { ApiHeader, Reference } from './open-api.ts';

const text = { type: 'string' } as const;

/** The headers of answers, by their names among the components. */
export const headers: Readonly<Record<string, ApiHeader>> = {
  ETag: {
    description:
      'Identifies the body. An answer that contains errors has none, and neither has a CSV file with more than 10,000 rows.',
    schema: text,
  },
  CacheControl: { description: 'How long the answer can be kept.', schema: text },
  ContentDisposition: { description: 'Only with CSV: a name for the file.', schema: text },
  RetryAfter: {
    description: 'How many seconds to wait before the next request. It is missing if that is unknown.',
    schema: { type: 'integer', format: 'int32' },
  },
  WwwAuthenticate: { description: 'Always Bearer: send `Authorization: Bearer <key>`.', schema: text },
};

type References = Readonly<Record<string, Reference>>;

/** The headers with which caches keep an answer. */
export const caching: References = { ETag: refer('ETag'), 'Cache-Control': refer('CacheControl') };

export const fileName: References = { 'Content-Disposition': refer('ContentDisposition') };

export const retryAfter: References = { 'Retry-After': refer('RetryAfter') };

export const challenge: References = { 'WWW-Authenticate': refer('WwwAuthenticate') };

function refer(name: string): Reference {
  return { $ref: `#/components/headers/${name}` };
}
