import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  type OperationTypeNode,
  print,
} from 'graphql';
import { FieldArguments } from './field-arguments.ts';

export interface FieldQueryOptions {
  readonly operation: `${OperationTypeNode}`;
  /** From the root: `['ticker']`, or `['exchange', 'markets']` for a field of a field. */
  readonly path: readonly string[];
  /** What is selected of the last field, as in `{ symbol last }`; empty for a field without fields of its own. */
  readonly selection: string;
  /** Other names for arguments, by their names in the schema. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Arguments that clients cannot give, by their names in the schema. */
  readonly without?: readonly string[];
}

/** An operation with one field, whose variables are the arguments of the field. */
export interface FieldQuery {
  readonly path: readonly string[];
  readonly document: string;
  readonly arguments: FieldArguments;
  readonly type: GraphQLOutputType;
  readonly selection: string;
  /** The description of the field in the schema. */
  readonly description: string;
}

/** Creates the operation for a field of a schema. Throws if there is no such field. */
export function createFieldQuery(schema: GraphQLSchema, options: FieldQueryOptions): FieldQuery {
  const { operation, path, selection, rename = {}, without = [] } = options;
  const fields = findFields(schema, operation, path);
  const last = fields.at(-1);
  if (!last) throw new TypeError('a field query needs a field');
  const toName = (arg: GraphQLArgument): string => rename[arg.name] ?? arg.name;
  const isGiven = (arg: GraphQLArgument): boolean => !without.includes(arg.name);
  const args = fields.flatMap((field) => field.args.filter(isGiven).map((arg) => ({ ...arg, name: toName(arg) })));
  const calls = fields.map(
    (field) => `${field.name}${inParentheses(field.args.filter(isGiven).map((arg) => `${arg.name}: $${toName(arg)}`))}`,
  );
  const body = calls.reduceRight((inner, call) => `{ ${inner === '' ? call : `${call} ${inner}`} }`, selection);
  return {
    path,
    document: `${operation}${inParentheses(args.map(declare))} ${body}`,
    arguments: new FieldArguments(args),
    type: last.type,
    selection,
    description: last.description ?? '',
  };
}

type Field = GraphQLField<unknown, unknown>;

function findFields(
  schema: GraphQLSchema,
  operation: `${OperationTypeNode}`,
  path: readonly string[],
): readonly Field[] {
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  let parent: unknown = roots[operation];
  return path.map((name) => {
    const field: Field | undefined = isObjectType(parent) ? parent.getFields()[name] : undefined;
    if (!field) throw new TypeError(`the schema has no ${operation} ${path.join('.')}`);
    parent = getNamedType(field.type);
    return field;
  });
}

function declare({ name, type, defaultValue }: GraphQLArgument): string {
  const node = defaultValue === undefined ? null : astFromValue(defaultValue, type);
  return `$${name}: ${String(type)}${node ? ` = ${print(node)}` : ''}`;
}

function inParentheses(items: readonly string[]): string {
  return items.length > 0 ? `(${items.join(', ')})` : '';
}
