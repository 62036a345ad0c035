import { GraphQLNonNull, type GraphQLSchema, isOutputType } from 'graphql';
import type { JsonSchema } from '../../../../graphql/json-schema/json-schema.ts';
import { toSelectionSchema } from '../../../../graphql/json-schema/selection-schema.ts';

type Properties = Readonly<Record<string, JsonSchema>>;

/** What a row of a list, or a value from one, says about its own freshness. */
export const rowFreshness: Properties = {
  exchangeTime: {
    type: ['string', 'null'],
    description: "Time of the exchange's clock in ISO-8601; null if the exchange sends none.",
  },
  ageMs: {
    type: ['integer', 'null'],
    description: 'Milliseconds since this server received it; null if that is unknown.',
  },
  stale: {
    type: 'boolean',
    description: 'True if the exchange cannot be reached at present and this is its last known value.',
  },
};

/** An object that always has all of these members. */
export function objectOf(properties: Properties, description?: string): JsonSchema {
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

export function listOf(items: JsonSchema, description?: string): JsonSchema {
  return { type: 'array', ...(description === undefined ? {} : { description }), items };
}

/** The schemas of some fields of an object type. */
export function propertiesOf(schema: GraphQLSchema, typeName: string, fields: readonly string[]): Properties {
  const type = schema.getType(typeName);
  if (!isOutputType(type)) throw new TypeError(`the schema has no output type ${typeName}`);
  return toSelectionSchema(new GraphQLNonNull(type), `{ ${fields.join(' ')} }`).properties ?? {};
}

const freshness = objectOf(
  {
    exchangeTime: {
      type: ['string', 'null'],
      description: "Time of the exchange's clock in ISO-8601: of the oldest value, or of the newest row of a history.",
    },
    receivedAt: {
      type: ['string', 'null'],
      description: 'When this server received the value, in ISO-8601; null for rows of a history.',
    },
    ageMs: {
      type: ['integer', 'null'],
      description: 'Age in milliseconds: since receivedAt, or since exchangeTime where receivedAt is null.',
    },
    stale: {
      type: 'boolean',
      description:
        'True if the exchange cannot be reached at present and a value is the last known one. Never present it as current.',
    },
  },
  'How old the answer is.',
);

const cut = objectOf(
  {
    returned: { type: 'integer', description: 'How many rows are here.' },
    requested: { type: 'integer', description: 'How many rows were asked for.' },
    next: {
      anyOf: [{ type: 'object' }, { type: 'null' }],
      description: 'The arguments to change in the next call to get the rest; null if there is no such page.',
    },
    hint: { type: 'string', description: 'How to get the rest, in a sentence.' },
  },
  'Only if rows are missing.',
);

const errors: JsonSchema = {
  type: 'array',
  description: 'Only if parts of what was asked for failed: one error for each.',
  items: {
    type: 'object',
    properties: {
      code: { type: 'string' },
      message: { type: 'string' },
      retryable: { type: 'boolean' },
      exchange: { type: 'string' },
      symbol: { type: 'string' },
      retryAfterMs: { type: 'number' },
      suggestions: { type: 'array', items: { type: 'string' } },
    },
    required: ['code', 'message', 'retryable'],
    additionalProperties: false,
  },
};

/** The schema of the structured content of a tool with this output. */
export function toOutputSchema(output: Properties): JsonSchema {
  const simulated: JsonSchema = { type: 'boolean', description: 'True if the prices are made up (exchange sim).' };
  const always = { freshness, simulated, ...output };
  return { ...objectOf({ ...always, cut, errors }), required: Object.keys(always) };
}
