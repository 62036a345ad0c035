import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  valueFromASTUntyped,
} from 'graphql';
import { boundsOf } from '../types/argument-bounds.ts';
import { describeSchema, type JsonSchema } from './json-schema.ts';
import { toInputSchema } from './named-type-schemas.ts';

export interface ArgumentSchemas {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  /** The names of the arguments without which the field cannot be queried. */
  readonly required: readonly string[];
}

/** The schemas of the arguments of a field, as clients send them. Whether null counts as left out is not their concern. */
export function toArgumentSchemas(args: { readonly all: readonly GraphQLArgument[] }): ArgumentSchemas {
  return {
    properties: Object.fromEntries(args.all.map((arg) => [arg.name, toPropertySchema(arg)])),
    required: args.all.filter(isRequiredArgument).map(({ name }) => name),
  };
}

function toPropertySchema({
  type,
  description,
  defaultValue,
  extensions,
}: GraphQLArgument | GraphQLInputField): JsonSchema {
  const schema = { ...toTypeSchema(type), ...boundsOf(extensions) };
  // A description of the argument says what it is for; that of the type says what its values mean.
  const texts = [description, schema.description].filter((text) => text);
  const node = defaultValue === undefined ? null : astFromValue(defaultValue, type);
  const described = describeSchema(schema, texts.join(' '));
  return node ? { ...described, default: valueFromASTUntyped(node) } : described;
}

function toTypeSchema(type: GraphQLInputType): JsonSchema {
  if (isNonNullType(type)) return toTypeSchema(type.ofType);
  if (isListType(type)) {
    const { description, ...items } = toTypeSchema(type.ofType);
    return describeSchema({ type: 'array', items }, description);
  }
  if (!isInputObjectType(type)) return toInputSchema(type);
  const fields = Object.values(type.getFields());
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, toPropertySchema(field)])),
    required: fields.filter(isRequiredInputField).map(({ name }) => name),
    additionalProperties: false,
    ...(type.description ? { description: type.description } : {}),
  };
}
