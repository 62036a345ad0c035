import { GraphQLNonNull, type GraphQLSchema, isOutputType } from 'graphql';
import type { JsonSchema } from '../../../../graphql/json-schema/json-schema.ts';
import { toSelectionSchema } from '../../../../graphql/json-schema/selection-schema.ts';

// Agents pay for every byte of the list of tools with their context. So output schemas tell only names and types: what the
// figures mean is in the description of the tool, and what all answers have in common in the instructions and the guide.
// No object is closed (`additionalProperties`), because clients that keep the list must accept what a newer server adds.

type Properties = Readonly<Record<string, JsonSchema>>;

const text: JsonSchema = { type: 'string' };
const textOrNull: JsonSchema = { type: ['string', 'null'] };
const countOrNull: JsonSchema = { type: ['integer', 'null'] };
const flag: JsonSchema = { type: 'boolean' };

/** What a row of a list, or a value from one, says about its own freshness. */
export const rowFreshness: Properties = { exchangeTime: textOrNull, ageMs: countOrNull, stale: flag };

/** An object that always has the members that are required, by default all. */
export function objectOf(properties: Properties, required: readonly string[] = Object.keys(properties)): JsonSchema {
  const bare = Object.entries(properties).map(([name, schema]) => [name, toBare(schema)]);
  return { type: 'object', properties: Object.fromEntries(bare), required };
}

export function rowsOf(properties: Properties, required?: readonly string[]): JsonSchema {
  return { type: 'array', items: objectOf(properties, required) };
}

/** The schemas of some fields of an object type. */
export function propertiesOf(schema: GraphQLSchema, typeName: string, fields: readonly string[]): Properties {
  const type = schema.getType(typeName);
  if (!isOutputType(type)) throw new TypeError(`the schema has no output type ${typeName}`);
  return toSelectionSchema(new GraphQLNonNull(type), `{ ${fields.join(' ')} }`).properties ?? {};
}

const freshness = objectOf({ exchangeTime: textOrNull, receivedAt: textOrNull, ageMs: countOrNull, stale: flag });

const cut: JsonSchema = {
  ...objectOf({
    returned: { type: 'integer' },
    requested: { type: 'integer' },
    next: { type: ['object', 'null'] },
    hint: text,
  }),
  description: 'Only if rows are missing; next has the arguments to change for the rest.',
};

/** Errors of parts, for tools whose answer can contain other parts. */
const errors: JsonSchema = {
  type: 'array',
  description: 'Only if parts failed.',
  items: {
    type: 'object',
    properties: {
      code: text,
      message: text,
      retryable: flag,
      exchange: text,
      symbol: text,
      retryAfterMs: { type: 'number' },
      suggestions: { type: 'array', items: text },
    },
    required: ['code', 'message', 'retryable'],
  },
};

/** The schema of the structured content of a tool with this output. */
export function toOutputSchema(output: Properties, hasParts: boolean): JsonSchema {
  const always = { freshness, simulated: flag, ...output };
  const hasRows = Object.values(output).some(({ type }) => type === 'array');
  return {
    type: 'object',
    properties: { ...always, ...(hasRows ? { cut } : {}), ...(hasParts ? { errors } : {}) },
    required: Object.keys(always),
  };
}

/** The schema without anything but types. */
function toBare({ type, items }: JsonSchema): JsonSchema {
  return { ...(type === undefined ? {} : { type }), ...(items ? { items: toBare(items) } : {}) };
}
