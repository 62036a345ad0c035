import { type AnswerForm, varying } from '../answers/send-answer.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { contentTypes, type MediaType } from '../http/messages/media-type.ts';
import { asDeclared } from '../http/messages/send.ts';

/** The form of an answer in each media type. */
export const answerForms: Readonly<Record<MediaType, AnswerForm>> = {
  'application/json': { contentType: contentTypes['application/json'], variant: '' },
  'application/graphql-response+json': {
    contentType: contentTypes['application/graphql-response+json'],
    variant: '.g',
  },
};

/** Sets headers of an answer that the complete pipeline writes. The pipeline can change them. */
export function prepareHeaders({ request, response, cors }: HttpContext): void {
  const isStored = request.method !== 'POST' && request.method !== 'OPTIONS';
  const headers = {
    ...asDeclared,
    ...cors.headersFor(request, { expose: 'retry-after', ...(isStored ? { vary: varying } : {}) }),
  };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  if (isStored) response.setHeader('cache-control', 'no-store');
}
