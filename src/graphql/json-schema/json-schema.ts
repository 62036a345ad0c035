export type JsonType = 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string';

/** A JSON Schema (2020-12), as far as types of GraphQL need it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly const?: string;
  readonly enum?: readonly (string | null)[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/** The schema of values that this one describes, and of null. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: names, ...rest } = schema;
  if (typeof type === 'string') return { ...rest, type: [type, 'null'], ...(names ? { enum: [...names, null] } : {}) };
  if (schema.anyOf) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] };
  const { description, ...value } = schema;
  return { ...(description === undefined ? {} : { description }), anyOf: [value, { type: 'null' }] };
}

/** The schema with a description, if there is one; it stands for that of the type itself. */
export function describeSchema(schema: JsonSchema, description: string | null | undefined): JsonSchema {
  return description ? { ...schema, description } : schema;
}
