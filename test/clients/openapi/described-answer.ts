import type { JsonSchema } from '../../../src/graphql/json-schema/json-schema.ts';
import type { ApiResponse, OpenApi, Operation } from '../../../src/server/openapi/document/open-api.ts';
import { toComponentName } from '../../../src/server/openapi/page/type-text.ts';
import { compileSchema, type FindFaults } from './compile-schema.ts';

/** An answer of a running server. */
export interface GivenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** The headers that clients act on. */
const telling = ['Allow', 'Content-Disposition', 'ETag', 'Retry-After', 'WWW-Authenticate'];

/** Compares answers with what a document says about them. */
export class DescribedAnswers {
  readonly #document: OpenApi;
  readonly #compiled = new Map<JsonSchema, FindFaults>();

  constructor(document: OpenApi) {
    this.#document = document;
  }

  /** What an answer to an operation has that the document does not say. */
  findFaults(operation: Operation, { status, headers, text }: GivenAnswer): readonly string[] {
    const response = this.#responseOf(operation, status);
    if (!response) return [`${status} is not described`];
    const unsaid = telling.filter((name) => headers[name.toLowerCase()] !== undefined && !response.headers?.[name]);
    if (unsaid.length > 0) return unsaid.map((name) => `${name} is not described for ${status}`);
    const [mediaType = ''] = String(headers['content-type'] ?? '').split(';');
    const { content } = response;
    if (!content) return text === '' ? [] : [`the body of ${status} is not described`];
    const described = content[mediaType];
    if (!described) return [`${mediaType} is not described for ${status}`];
    return mediaType.endsWith('json') ? this.findValueFaults(described.schema, JSON.parse(text)) : [];
  }

  /** What a value has that its schema does not allow. */
  findValueFaults(schema: JsonSchema, value: unknown): readonly string[] {
    const { schemas } = this.#document.components;
    const findFaults = this.#compiled.get(schema) ?? compileSchema(schema, { schemas: closed(schemas) });
    this.#compiled.set(schema, findFaults);
    return findFaults(value);
  }

  #responseOf({ responses }: Operation, status: number): ApiResponse | undefined {
    const response = responses[String(status)];
    if (!response || !('$ref' in response)) return response;
    return this.#document.components.responses[toComponentName(response.$ref)];
  }
}

/** Schemas that allow no member which they do not name. */
function closed(schemas: Readonly<Record<string, JsonSchema>>): object {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { ...schema, additionalProperties: false }]),
  );
}
