import type { Clock } from '../../base/clock.ts';
import { Answer } from '../answers/answer.ts';
import { type AnswerForm, sendAnswer } from '../answers/send-answer.ts';
import type { FieldAnswers } from '../fields/field-answers.ts';
import { parseFieldValue } from '../fields/field-value.ts';
import type { SlowReaders } from '../http/slow-readers.ts';
import type { ApiRequest } from '../routing/route.ts';
import { type AskCandles, sendCandles } from './csv/send-candles.ts';
import { chooseFormat, formatParameter } from './messages/choose-format.ts';
import { sendProblems } from './messages/problem.ts';
import { readSingle, type Values } from './messages/read-values.ts';
import { toBody, toPartialText } from './resource-body.ts';
import type { Resource } from './resources.ts';

export interface ResourceOptions {
  readonly fields: FieldAnswers;
  readonly slowReaders: SlowReaders;
  readonly clock: Clock;
}

const jsonForm: AnswerForm = { contentType: 'application/json; charset=utf-8', variant: '.r' };

/** Answers a request for a resource with these values of its arguments, in the format that the client wants. */
export async function answerResource(
  given: ApiRequest,
  resource: Resource,
  { values, query }: { readonly values: Values; readonly query: URLSearchParams },
  { fields, slowReaders, clock }: ResourceOptions,
): Promise<void> {
  const { principal, record, request } = given;
  const wanted = readSingle(formatParameter, query.getAll(formatParameter));
  const format = chooseFormat(resource.formats, wanted, request.headers.accept);
  const ask: AskCandles = (asked, counted) =>
    fields.answer({ principal, query: resource.query, values: asked, record: counted });
  if (format === 'csv') await sendCandles(given, values, { ask, slowReaders, clock });
  else sendJson(given, resource, await ask(values, record), clock);
}

function sendJson(given: ApiRequest, resource: Resource, answer: Answer, clock: Clock): void {
  if (answer.outcome.code === 'ok') {
    sendAnswer(given, toBody(answer, resource), jsonForm, clock);
    return;
  }
  const { value, errors } = parseFieldValue(answer, resource.query.path);
  const [first, ...others] = errors;
  if (resource.partial !== null && (hasValue(value) || !first)) {
    const text = toPartialText(resource.partial, value, errors);
    sendAnswer(given, new Answer(text, null, answer.cost, answer.outcome), jsonForm, clock);
  } else if (first) sendProblems(given, [first, ...others]);
}

/** False for a list in which everything has failed. */
function hasValue(value: unknown): boolean {
  return Array.isArray(value) ? value.some((item) => item !== null) : value !== null;
}
