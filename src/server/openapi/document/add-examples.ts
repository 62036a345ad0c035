import { recordedAnswers } from '../examples/recorded-answers.ts';
import type { Content } from './open-api.ts';

/** The bodies of an operation's answer, each with its example. */
export function addExamples(operationId: string, content: Content): Content {
  const texts = recordedAnswers[operationId] ?? {};
  const bodies = Object.entries(content).map(([mediaType, body]) => {
    const text = texts[mediaType];
    return [mediaType, text === undefined ? body : { ...body, example: toExample(mediaType, text) }] as const;
  });
  return Object.fromEntries(bodies);
}

/** The value of a body that is JSON; any other body is its text. */
export function toExample(mediaType: string, text: string): unknown {
  return mediaType.endsWith('json') ? JSON.parse(text) : text;
}
