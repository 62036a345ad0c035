import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql';
import { describeSchema, type JsonSchema, orNull } from './json-schema.ts';
import { toOutputSchema } from './named-type-schemas.ts';

/** An object type as a selection contains it. */
export interface SelectedObject {
  readonly typeName: string;
  /** The fields, for example `{ symbol last }`. */
  readonly selection: string;
  readonly fieldNames: readonly string[];
  readonly schema: JsonSchema;
}

/** Returns what stands for the schema of an object wherever it occurs, such as a reference to it. */
export type ShareSchema = (object: SelectedObject) => JsonSchema;

/**
 * The schema of the value of a field of this type, of which `selection` is selected (empty for a field without fields of
 * its own). Throws if the selection has a field that the type has not, or fragments.
 */
export function toSelectionSchema(
  type: GraphQLOutputType,
  selection: string,
  share: ShareSchema = ({ schema }) => schema,
): JsonSchema {
  return toTypeSchema(type, selection === '' ? null : parseSelection(selection), share);
}

function parseSelection(selection: string): SelectionSetNode {
  const [definition] = parse(selection, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError(`${selection} is not a selection`);
  return definition.selectionSet;
}

function toTypeSchema(type: GraphQLOutputType, selected: SelectionSetNode | null, share: ShareSchema): JsonSchema {
  if (isNonNullType(type)) return toValueSchema(type.ofType, selected, share);
  return orNull(toValueSchema(type, selected, share));
}

function toValueSchema(type: GraphQLOutputType, selected: SelectionSetNode | null, share: ShareSchema): JsonSchema {
  if (isNonNullType(type)) return toValueSchema(type.ofType, selected, share);
  if (isListType(type)) return { type: 'array', items: toTypeSchema(type.ofType, selected, share) };
  if (isScalarType(type) || isEnumType(type)) return toOutputSchema(type);
  if (!isObjectType(type)) throw new TypeError(`${type.name} is not an object type, so its fields are not known`);
  return share(toObject(type, selected, share));
}

function toObject(type: GraphQLObjectType, selected: SelectionSetNode | null, share: ShareSchema): SelectedObject {
  const nodes = selected?.selections ?? [];
  const properties = Object.fromEntries(
    nodes.map((node) => {
      if (node.kind !== Kind.FIELD) throw new TypeError('a selection with fragments has no JSON Schema');
      return [node.alias?.value ?? node.name.value, toFieldSchema(type, node, share)];
    }),
  );
  const fieldNames = Object.keys(properties);
  const schema: JsonSchema = { type: 'object', properties, required: fieldNames, additionalProperties: false };
  return {
    typeName: type.name,
    selection: selected ? print(selected) : '',
    fieldNames,
    schema: describeSchema(schema, type.description),
  };
}

function toFieldSchema(parent: GraphQLObjectType, node: FieldNode, share: ShareSchema): JsonSchema {
  const name = node.name.value;
  if (name === '__typename') return { type: 'string', const: parent.name };
  const field = parent.getFields()[name];
  if (!field) throw new TypeError(`${parent.name} has no field ${name}`);
  return describeSchema(toTypeSchema(field.type, node.selectionSet ?? null, share), field.description);
}
