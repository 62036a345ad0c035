import type { Answer, AnswerBody } from '../answers/answer.ts';
import { isInPieces } from '../answers/answer.ts';

/** An error in an answer, as clients of GraphQL see it. */
export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

export interface FieldValue {
  /** The value at the path of the query; null if there is none. */
  readonly value: unknown;
  readonly errors: readonly AnswerError[];
}

/** Parses the answer to the query of one field. */
export function parseFieldValue(answer: Answer, path: readonly string[]): FieldValue {
  const parsed: { readonly data: unknown; readonly errors?: readonly AnswerError[] } = JSON.parse(toText(answer.body));
  const value = path.reduce<unknown>((parent, name) => memberOf(parent, name), parsed.data);
  return { value: value ?? null, errors: parsed.errors ?? [] };
}

/** The JSON of the value alone, cut out of an answer without errors, so that it need not be parsed. */
export function cutFieldValue(answer: Answer, path: readonly string[]): AnswerBody {
  const before = `{"data":{${path.map((name) => `"${name}":`).join('{')}`.length;
  const after = 1 + path.length;
  const { body } = answer;
  if (typeof body === 'string') return body.slice(before, body.length - after);
  if (!isInPieces(body)) return body.subarray(before, body.length - after);
  const last = body.length - 1;
  return body.map((piece, index) =>
    piece.subarray(index === 0 ? before : 0, index === last ? piece.length - after : piece.length),
  );
}

function toText(body: AnswerBody): string {
  if (typeof body === 'string') return body;
  return isInPieces(body) ? Buffer.concat(body).toString() : body.toString();
}

function memberOf(parent: unknown, name: string): unknown {
  return typeof parent === 'object' && parent !== null ? Reflect.get(parent, name) : undefined;
}
