import { chooseMediaType } from './accept.ts';

const mediaTypes = ['application/graphql-response+json', 'application/json'] as const;

/** The media types of answers (GraphQL over HTTP, Media Types). */
export type MediaType = (typeof mediaTypes)[number];

/** The Content-Type header of each. */
export const contentTypes: Readonly<Record<MediaType, string>> = {
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
  'application/json': 'application/json; charset=utf-8',
};

/**
 * The media type that an Accept header asks for: the first one that matches, as in Yoga, and application/json if the
 * client accepts anything. Null if neither type matches.
 */
export function toMediaType(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return 'application/json';
  for (const range of accept.replace(/\s/g, '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    const found = mediaTypes.findLast((mediaType) => type === mediaType || type === 'application/*' || type === '*/*');
    if (found) return found;
  }
  return null;
}

/** True if a client that sends this Accept header can receive server-sent events. */
export function acceptsEvents(accept: string | undefined): boolean {
  return chooseMediaType(accept, ['text/event-stream']) !== null;
}
