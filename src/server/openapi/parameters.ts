import type { FieldQuery } from '../../graphql/fields/field-query.ts';
import { toArgumentSchemas } from '../../graphql/json-schema/argument-schemas.ts';
import type { JsonSchema } from '../../graphql/json-schema/json-schema.ts';
import type { Parameter } from './open-api.ts';

/** What a resource and an event stream have in common. */
export interface Documented {
  /** The path of its route, for example `/api/ticker/:exchange/*symbol`. */
  readonly path: string;
  readonly query: FieldQuery;
  readonly example: Readonly<Record<string, string>>;
}

/** The path as OpenAPI writes it, for example `/api/ticker/{exchange}/{symbol}`. */
export function toTemplate(path: string): string {
  return path.replace(/[:*](\w+)/g, '{$1}');
}

/** The parameters of the path, in its order, followed by those of the query string. */
export function toParameters({ path, query, example }: Documented): readonly Parameter[] {
  const { properties, required } = toArgumentSchemas(query.arguments);
  const inPath = [...path.matchAll(/[:*](\w+)/g)].flatMap(([, name]) => name ?? []);
  const names = [...inPath, ...Object.keys(properties).filter((name) => !inPath.includes(name))];
  return names.map((name) => {
    const { description = '', ...schema } = properties[name] ?? { type: 'string' };
    const text = example[name];
    return {
      name,
      in: inPath.includes(name) ? 'path' : 'query',
      description: describe(name, description),
      required: inPath.includes(name) || required.includes(name),
      schema,
      ...(schema.type === 'array' ? { style: 'form', explode: false } : {}),
      ...(text === undefined ? {} : { example: toExample(schema, text) }),
    };
  });
}

function describe(name: string, description: string): string {
  return name === 'symbol' ? `${description} BTC-USDT and BTC%2FUSDT are the same as BTC/USDT.` : description;
}

/** The value that a text in a URL stands for. */
function toExample({ type, items }: JsonSchema, text: string): unknown {
  if (type === 'array') return text.split(',').map((item) => toExample(items ?? {}, item));
  if (type === 'integer' || type === 'number') return Number(text);
  return type === 'boolean' ? text === 'true' : text;
}
