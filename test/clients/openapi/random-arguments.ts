import fc from 'fast-check';
import type { JsonSchema } from '../../../src/graphql/json-schema/json-schema.ts';
import type { Parameter } from '../../../src/server/openapi/document/open-api.ts';

/** Values by the names of parameters. */
export type Values = Readonly<Record<string, unknown>>;

/** Values that a schema of a parameter allows; lists and numbers are mostly short and small. */
export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { type, enum: names, pattern, items, anyOf, minItems = 0, maxItems = 3 } = schema;
  if (anyOf) return fc.oneof(...anyOf.map(valuesOf));
  if (names) return fc.constantFrom(...names);
  if (Array.isArray(type)) return fc.oneof(...type.map((each) => valuesOf({ ...schema, type: each })));
  switch (type) {
    case 'array':
      return fc.array(valuesOf(items ?? {}), { minLength: minItems, maxLength: Math.min(maxItems, 3) });
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integersOf(schema);
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'null':
      return fc.constant(null);
    default:
      if (schema.format !== undefined) return datesOf(schema.format);
      return pattern === undefined ? texts : fc.stringMatching(new RegExp(pattern));
  }
}

/** Values for some of the optional parameters and all required ones. */
export function argumentsOf(parameters: readonly Parameter[], choices: Values): fc.Arbitrary<Values> {
  const entries = parameters.map(({ name, required, schema }) => {
    const values = choiceOf(choices[name]) ?? valuesOf(schema);
    return [name, required ? values : fc.option(values, { nil: undefined })] as const;
  });
  return fc.record(Object.fromEntries(entries));
}

/** What a parameter of free text is worth trying with. */
function choiceOf(choices: unknown): fc.Arbitrary<unknown> | null {
  return Array.isArray(choices) ? fc.constantFrom(...choices) : null;
}

/** A URL cannot contain half a surrogate pair. */
const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });

function integersOf({ minimum = -(2 ** 31), maximum = 2 ** 31 - 1 }: JsonSchema): fc.Arbitrary<number> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(minimum, maximum), weight: 1 },
    { arbitrary: fc.integer({ min: minimum, max: Math.min(maximum, minimum + 20) }), weight: 4 },
    { arbitrary: fc.integer({ min: minimum, max: maximum }), weight: 1 },
  );
}

function datesOf(format: string): fc.Arbitrary<string> {
  const times = fc.date({ min: new Date('2009-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  return times.map((at) => (format === 'date' ? at.toISOString().slice(0, 10) : at.toISOString()));
}
