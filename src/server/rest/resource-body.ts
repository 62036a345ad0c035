import { type Answer, type AnswerBody, isInPieces, lengthOf } from '../answers/answer.ts';
import type { SendableAnswer } from '../answers/send-answer.ts';
import { type AnswerError, cutFieldValue } from '../fields/field-value.ts';
import { toProblem } from './messages/problem.ts';
import type { Resource } from './resources.ts';

const noErrors = ',"errors":[]}';

/** The body of a resource whose answer has no errors: exactly the bytes of the value, which are not parsed. */
export function toBody(answer: Answer, { query, partial }: Pick<Resource, 'query' | 'partial'>): SendableAnswer {
  const value = cutFieldValue(answer, query.path);
  const body = partial === null ? value : wrap(value, `{"${partial}":`);
  return {
    body,
    byteLength: lengthOf(body),
    encoding: answer.encoding,
    expiry: answer.expiry,
    // The same answer always has the same body, so its digest is computed only once.
    get digest() {
      return answer.digest;
    },
  };
}

/** The text of a resource of which a part has failed. */
export function toPartialText(partial: string, value: unknown, errors: readonly AnswerError[]): string {
  return JSON.stringify({ [partial]: value, errors: errors.map(toProblem) });
}

function wrap(value: AnswerBody, before: string): AnswerBody {
  if (typeof value === 'string') return `${before}${value}${noErrors}`;
  return [Buffer.from(before), ...(isInPieces(value) ? value : [value]), Buffer.from(noErrors)];
}
