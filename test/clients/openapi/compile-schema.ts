import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { JsonSchema } from '../../../src/graphql/json-schema/json-schema.ts';

/** What is wrong with a value: one sentence for each fault. */
export type FindFaults = (value: unknown) => readonly string[];

/** Compiles a JSON Schema with a foreign validator; `components` are those of its OpenAPI document. */
export function compileSchema(schema: JsonSchema, components: object = {}): FindFaults {
  // Members of OpenAPI, such as x-event-data, are no keywords of JSON Schema, and stand beside schemas only.
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, keywords: ['components'] });
  formats.default(ajv);
  const validate = ajv.compile({ ...schema, components });
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
  };
}
