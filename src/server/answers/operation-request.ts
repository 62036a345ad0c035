import { isShallow } from '../../graphql/documents/value-depth.ts';

/** An operation as a client asks for it (GraphQL over HTTP, Request Parameters). */
export interface OperationRequest {
  readonly query: string | null;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly extensions: Readonly<Record<string, unknown>> | null;
}

/** Reads a JSON body; null where it is anything else than one plain request, which is for Yoga to say. */
export function fromJSON(body: string): OperationRequest | null {
  const parsed = parse(body);
  return isObject(parsed) ? toRequest(parsed) : null;
}

/** The same of a query string, without its question mark. */
export function fromQueryString(text: string): OperationRequest | null {
  const given = new URLSearchParams(text);
  const variables = given.get('variables');
  const extensions = given.get('extensions');
  return toRequest({
    query: given.get('query') || null,
    operationName: given.get('operationName'),
    variables: variables ? parse(variables) : null,
    extensions: extensions ? parse(extensions) : null,
  });
}

/** Some clients send an empty name where there is none, which no operation can have. */
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
  if (Object.keys(others).length > 0) return null;
  return { query, operationName: toOperationName(name), variables, extensions };
}

/** False, which stands for nothing in a request, where it is no JSON. */
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
