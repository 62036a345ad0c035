import { type GraphQLEnumType, type GraphQLScalarType, isEnumType } from 'graphql';
import { timeframePattern } from '../../market/timeframe.ts';
import { epochMsRanges } from '../types/date-time.ts';
import type { JsonSchema } from './json-schema.ts';

const [, { maximum: maxEpochMs }] = epochMsRanges;

// Without these formats, code generators make clients with numbers of 32 bits, in which neither a time in milliseconds
// nor a price has room.
const epochMs: JsonSchema = { type: 'integer', format: 'int64', minimum: 0, maximum: maxEpochMs };
const number: JsonSchema = { type: 'number', format: 'double' };

const timeframe: JsonSchema = { type: 'string', pattern: timeframePattern, examples: ['1m', '1h', '1d'] };

const common: Readonly<Record<string, JsonSchema>> = {
  Boolean: { type: 'boolean' },
  Float: number,
  ID: { type: 'string' },
  Int: { type: 'integer', format: 'int32' },
  String: { type: 'string' },
  Timeframe: timeframe,
};

/** The input of a date-time. A date alone means midnight UTC. */
const dateTimeInput: JsonSchema = {
  description: 'An ISO-8601 date-time with a time zone, a date, or epoch milliseconds.',
  anyOf: [
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'date' },
    ...epochMsRanges.map((range) => ({ ...epochMs, ...range })),
  ],
  examples: ['2026-01-31T12:00:00Z'],
};

const inputs: Readonly<Record<string, JsonSchema>> = { ...common, DateTime: dateTimeInput, Timestamp: dateTimeInput };

const outputs: Readonly<Record<string, JsonSchema>> = {
  ...common,
  DateTime: { type: 'string', format: 'date-time' },
  Timestamp: { ...epochMs, description: 'Epoch milliseconds.' },
  OHLCV: {
    type: 'array',
    description: 'One candle: [timestamp, open, high, low, close, volume], the timestamp in epoch milliseconds.',
    prefixItems: [epochMs, number, number, number, number, number],
    // Not `false`, at which some code generators fail; those that know no tuples make lists of numbers.
    items: number,
    minItems: 6,
    maxItems: 6,
  },
};

/** The schema of a value that clients send. */
export function toInputSchema(type: GraphQLEnumType | GraphQLScalarType): JsonSchema {
  return isEnumType(type) ? toEnumSchema(type) : find(inputs, type);
}

/** The schema of a value that clients receive. */
export function toOutputSchema(type: GraphQLEnumType | GraphQLScalarType): JsonSchema {
  return isEnumType(type) ? { type: 'string', enum: namesOf(type) } : find(outputs, type);
}

/** What each name means is part of the description, because JSON Schema describes no members of an enum. */
function toEnumSchema(type: GraphQLEnumType): JsonSchema {
  const meanings = type.getValues().map(({ name, description }) => `${name}: ${description ?? name}`);
  return { type: 'string', enum: namesOf(type), description: meanings.join(' ') };
}

function namesOf(type: GraphQLEnumType): readonly string[] {
  return type.getValues().map(({ name }) => name);
}

function find(schemas: Readonly<Record<string, JsonSchema>>, { name }: GraphQLScalarType): JsonSchema {
  const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (!schema) throw new TypeError(`there is no JSON Schema for the scalar ${name}`);
  return schema;
}
