import { GraphQLNonNull, isNonNullType } from 'graphql';
import type { FieldQuery } from '../../../graphql/fields/field-query.ts';
import type { JsonSchema } from '../../../graphql/json-schema/json-schema.ts';
import { type ShareSchema, toSelectionSchema } from '../../../graphql/json-schema/selection-schema.ts';
import type { Resource } from '../../rest/resources.ts';
import { csv } from './csv.ts';
import type { Content } from './open-api.ts';

/** The body of each format of a resource. */
export function toContent({ query, partial, formats }: Resource, share: ShareSchema): Content {
  const value = toValueSchema(query, share);
  const schema = partial === null ? value : withErrors(partial, value);
  return { 'application/json': { schema }, ...(formats.includes('csv') ? { 'text/csv': csv } : {}) };
}

/** A stream of server-sent events. */
export function toEventContent(query: FieldQuery, share: ShareSchema): Content {
  const schema: JsonSchema = {
    type: 'string',
    description:
      'Server-sent events. The data of each message is one line of JSON. An event with the name `problem` is the last one of its stream; its data is a Problem.',
  };
  return {
    'text/event-stream': {
      schema,
      'x-event-data': toValueSchema(query, share),
      'x-problem-event-data': { $ref: '#/components/schemas/Problem' },
    },
  };
}

/** A field without a value is answered with an error, so the value of an answer without errors is not null. */
function toValueSchema({ type, selection }: FieldQuery, share: ShareSchema): JsonSchema {
  return toSelectionSchema(isNonNullType(type) ? type : new GraphQLNonNull(type), selection, share);
}

/** The body of an answer in which parts can be missing. */
function withErrors(name: string, value: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: {
      [name]: value,
      errors: {
        type: 'array',
        description: 'Why parts are missing; empty if none is.',
        items: { $ref: '#/components/schemas/Problem' },
      },
    },
    required: [name, 'errors'],
    additionalProperties: false,
  };
}
