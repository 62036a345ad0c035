import { isShallow } from '../../graphql/documents/value-depth.ts';

/** An operation as the client has requested it (GraphQL over HTTP, Request Parameters). */
export interface OperationRequest {
  readonly query: string | null;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly extensions: Readonly<Record<string, unknown>> | null;
}

/** A text format for operations. */
export interface OperationFormat {
  /** Distinguishes equal texts in two formats. */
  readonly name: string;
  /** Returns null if the text is not exactly one plain operation. */
  readonly read: (text: string) => OperationRequest | null;
}

/** The unparsed text of an operation, which is not parsed if its answer is kept. */
export interface UnreadOperation {
  readonly format: OperationFormat;
  readonly text: string;
}

/** A JSON object, as in the body of a POST. */
export const jsonFormat: OperationFormat = {
  name: 'json',
  read: (text) => {
    const parsed = parse(text);
    return isObject(parsed) ? toRequest(parsed) : null;
  },
};

/** A query string without its question mark, as in the URL of a GET request. */
export const queryStringFormat: OperationFormat = {
  name: 'query-string',
  read: (text) => {
    const given = new URLSearchParams(text);
    const variables = given.get('variables');
    const extensions = given.get('extensions');
    return toRequest({
      query: given.get('query') || null,
      operationName: given.get('operationName'),
      variables: variables ? parse(variables) : null,
      extensions: extensions ? parse(extensions) : null,
    });
  },
};

/** Treats an empty name as missing: some clients send one, and no operation can have an empty name. */
export function toOperationName<T>(name: T): T | null {
  return name === '' ? null : name;
}

function toRequest(given: Readonly<Record<string, unknown>>): OperationRequest | null {
  const { query = null, operationName: name = null, variables = null, extensions = null, ...others } = given;
  if (query !== null && typeof query !== 'string') return null;
  if (name !== null && typeof name !== 'string') return null;
  if (variables !== null && !isObject(variables)) return null;
  if (extensions !== null && !isObject(extensions)) return null;
  if (!isShallow(variables) || !isShallow(extensions)) return null;
  // Like Yoga, which ignores unknown members that are null.
  if (Object.values(others).some((other) => other !== null)) return null;
  return { query, operationName: toOperationName(name), variables, extensions };
}

/** Parses JSON. Returns false, which has no meaning in a request, if the text is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
