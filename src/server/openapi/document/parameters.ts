import { type GraphQLArgument, getNullableType } from 'graphql';
import type { FieldQuery } from '../../../graphql/fields/field-query.ts';
import { toArgumentSchemas } from '../../../graphql/json-schema/argument-schemas.ts';
import type { JsonSchema } from '../../../graphql/json-schema/json-schema.ts';
import type { ResourceFormat } from '../../rest/messages/choose-format.ts';
import { withFileLimit } from './csv.ts';
import type { Parameter } from './open-api.ts';

/** What a resource and an event stream have in common. */
export interface Documented {
  /** The path of its route, for example `/api/ticker/:exchange/*symbol`. */
  readonly path: string;
  readonly query: FieldQuery;
  readonly formats?: readonly ResourceFormat[];
  readonly example: Readonly<Record<string, string>>;
}

const date = String.raw`\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const clock = String.raw`([01]\d|2[0-3]):[0-5]\d`;
const time = String.raw`T${clock}(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]${clock})`;

/**
 * A time in a URL. The schema has no alternatives, because clients of several code generators send the name of a class
 * instead of the value of such a parameter.
 */
const timeText: JsonSchema = {
  type: 'string',
  // Epoch milliseconds have 12 digits from 1973 on, and 14 until the year 5138.
  pattern: String.raw`^(${date}(${time})?|0|[1-9]\d{11,13})$`,
};

/** The path as OpenAPI writes it, for example `/api/ticker/{exchange}/{symbol}`. */
export function toTemplate(path: string): string {
  return path.replace(/[:*](\w+)/g, '{$1}');
}

/** The parameters of the path, in its order, followed by those of the query string. */
export function toParameters({ path, query, formats = [], example }: Documented): readonly Parameter[] {
  const { properties, required } = toArgumentSchemas(query.arguments);
  const schemas = formats.includes('csv') ? withFileLimit(properties) : properties;
  const inPath = [...path.matchAll(/[:*](\w+)/g)].flatMap(([, name]) => name ?? []);
  const others = query.arguments.all.filter(({ name }) => !inPath.includes(name));
  const args = [...inPath.flatMap((name) => query.arguments.all.find((arg) => arg.name === name) ?? []), ...others];
  return args.map((arg) => {
    const { name } = arg;
    const { description = '', ...value } = schemas[name] ?? { type: 'string' };
    const isRequired = inPath.includes(name) || required.includes(name);
    const schema = toTextSchema(arg, value, isRequired);
    const text = example[name];
    return {
      name,
      in: inPath.includes(name) ? 'path' : 'query',
      description: describe(name, description),
      required: isRequired,
      schema,
      ...(schema.type === 'array' ? { style: 'form', explode: false } : {}),
      ...(text === undefined ? {} : { example: toExample(schema, text) }),
    };
  });
}

function describe(name: string, description: string): string {
  return name === 'symbol' ? `${description} BTC-USDT and BTC%2FUSDT are the same as BTC/USDT.` : description;
}

/** The schema of an argument in a URL. */
function toTextSchema({ type }: GraphQLArgument, schema: JsonSchema, isRequired: boolean): JsonSchema {
  if (String(getNullableType(type)) === 'DateTime') {
    const { examples = [] } = schema;
    return { ...timeText, examples };
  }
  // A list without items is an empty text, which counts as left out.
  return schema.type === 'array' && isRequired ? { minItems: 1, ...schema } : schema;
}

/** The value that a text in a URL stands for. */
function toExample({ type, items }: JsonSchema, text: string): unknown {
  if (type === 'array') return text.split(',').map((item) => toExample(items ?? {}, item));
  if (type === 'integer' || type === 'number') return Number(text);
  return type === 'boolean' ? text === 'true' : text;
}
