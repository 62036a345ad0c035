import { toArgumentSchemas } from '../../../graphql/json-schema/argument-schemas.ts';
import { type JsonSchema, orNull } from '../../../graphql/json-schema/json-schema.ts';
import type { ShareSchema } from '../../../graphql/json-schema/selection-schema.ts';
import type { Resource } from '../../rest/resources.ts';
import type { StreamResource } from '../../rest/stream-resources.ts';
import { addExamples } from './add-examples.ts';
import { toContent, toEventContent } from './bodies.ts';
import { format, withFileLimit } from './csv.ts';
import { caching, fileName } from './headers.ts';
import type { Operation, Parameter } from './open-api.ts';
import { toParameters } from './parameters.ts';
import { referToFailures } from './problem.ts';

export const sharedParameters: Readonly<Record<string, Parameter>> = {
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'The ETag of an earlier answer. If the answer is still the same, the status is 304.',
    required: false,
    schema: { type: 'string' },
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The id of the last event that the client has received: the stream continues from there.',
    required: false,
    schema: { type: 'string' },
  },
};

export function toOperation(resource: Resource, share: ShareSchema): Operation {
  const { operationId, summary, query, formats } = resource;
  const hasFiles = formats.includes('csv');
  return {
    operationId,
    summary,
    description: query.description,
    tags: [tagOf(resource)],
    parameters: [
      ...toParameters(resource),
      ...(hasFiles ? [format] : []),
      { $ref: '#/components/parameters/IfNoneMatch' },
    ],
    responses: {
      200: {
        description: summary,
        headers: { ...caching, ...(hasFiles ? fileName : {}) },
        content: addExamples(operationId, toContent(resource, share)),
      },
      304: { description: 'The client has this answer already.', headers: caching },
      ...referToFailures(false),
    },
  };
}

export function toStreamOperation(stream: StreamResource, share: ShareSchema): Operation {
  const { operationId, summary, query, ids } = stream;
  return {
    operationId,
    summary,
    description: query.description,
    tags: ['Streams'],
    parameters: [...toParameters(stream), ...(ids === null ? [] : [{ $ref: '#/components/parameters/LastEventId' }])],
    responses: {
      200: { description: summary, content: addExamples(operationId, toEventContent(query, share)) },
      ...referToFailures(false),
    },
  };
}

/** The same as the resource of candles, but its parameters are members of a JSON body. */
export function toHistoricalOperation(candles: Resource, share: ShareSchema): Operation {
  const { properties, required } = toArgumentSchemas(candles.query.arguments);
  const members = Object.entries(withFileLimit(properties)).map(([name, schema]): readonly [string, JsonSchema] => [
    name,
    required.includes(name) ? schema : orNull(schema),
  ]);
  const schema: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(members),
    required,
    additionalProperties: false,
  };
  const { exchange, symbol, timeframe } = candles.example;
  const operationId = 'postHistorical';
  return {
    operationId,
    summary: 'The candles of a market, for clients that send their parameters as JSON',
    description: `${candles.query.description} A member that is null counts as left out.`,
    tags: ['Candles'],
    parameters: [format],
    requestBody: {
      description: 'The parameters.',
      required: true,
      content: { 'application/json': { schema, example: { exchange, symbol, timeframe, limit: 3 } } },
    },
    responses: {
      200: {
        description: candles.summary,
        headers: fileName,
        content: addExamples(operationId, toContent(candles, share)),
      },
      ...referToFailures(true),
    },
  };
}

const tags: readonly (readonly [path: RegExp, tag: string])[] = [
  [/^\/api\/(?:ticker|tickers|quote|screen)\//, 'Prices'],
  [/^\/api\/candles\//, 'Candles'],
  [/^\/api\/(?:order-book|trades)\//, 'Orders and trades'],
  [/^\/api\/(?:funding|open-interest)/, 'Derivatives'],
];

function tagOf({ path }: Resource): string {
  return tags.find(([pattern]) => pattern.test(path))?.[1] ?? 'Exchanges and markets';
}
