import { remedies } from '../../../market/model/not-found.ts';
import type { AnswerError } from '../../fields/field-value.ts';
import type { ToolResult } from './tool-result.ts';
import type { JsonObject } from './values.ts';

/** A message can repeat many values of the client. */
const maxMessageLength = 2000;

/** The same for an error of a part, of which there can be many. */
const maxPartLength = 300;

/** How many errors of parts are listed, and how many bytes of JSON they may have, so that rows fit beside them. */
const maxErrors = 20;
const maxErrorBytes = 6000;

/** Which tool helps after an error. */
const advice: Readonly<Record<string, string>> = {
  EXCHANGE_NOT_FOUND: 'list_exchanges lists all ids.',
  SYMBOL_NOT_FOUND: 'search_markets finds the symbols of an exchange.',
  NOT_SUPPORTED: 'list_exchanges with ids says what an exchange can do, and with has which exchanges can do it.',
};

/** What errors say to clients of GraphQL, and what an agent can do instead. */
const toolTerms: readonly (readonly [theirs: string, ours: string])[] = [
  [remedies.listExchanges, 'list_exchanges lists all ids'],
  [remedies.listMarkets, 'search_markets lists its symbols'],
  ['use pageInfo.endCursor', 'use the value in cut.next of the last answer, or leave it out to begin again'],
  ['such as { kind: SMA, period: 20 }', 'such as {"kind":"SMA","period":20}'],
  ['The operation costs', 'This call costs'],
  ['Ask for fewer items or fields', 'Ask for fewer rows'],
];

/** An error that concerns the whole call: code, sentence, whether to try again, and what may have been meant. */
export function toErrorResult({ message, extensions }: Omit<AnswerError, 'path'>): ToolResult {
  const { code, retryable, retryAfterMs, suggestions } = extensions;
  const sentence = shorten(toToolTerms(message), maxMessageLength);
  const help = advice[String(code)] ?? '';
  const lines = [
    `${String(code)}: ${sentence}`,
    retryable === true ? describeRetry(retryAfterMs) : 'Do not retry the same call: change what the message names.',
    describeSuggestions(message, suggestions),
    sentence.includes(help) ? '' : help,
  ];
  // Without structured content: it would have to match the output schema, which describes data.
  return { content: [{ type: 'text', text: lines.filter((line) => line !== '').join('\n') }], isError: true };
}

/** The error of a call of which every part has failed; several errors are listed below the first one. */
export function toErrorsResult([first, ...others]: readonly [AnswerError, ...AnswerError[]]): ToolResult {
  const different = others.filter(({ message }) => message !== first.message);
  const result = toErrorResult(first);
  // In one text, because some agents show only the first.
  const texts = [...result.content.map(({ text }) => text), describeErrors(different, 'Other parts failed too:')];
  return { ...result, content: [{ type: 'text', text: texts.filter((text) => text !== '').join('\n\n') }] };
}

/** Errors of parts, as members of structured content. */
export function toErrorList(errors: readonly AnswerError[]): readonly JsonObject[] {
  let bytes = 0;
  return errors
    .slice(0, maxErrors)
    .map(toListed)
    .filter((error) => {
      bytes += Buffer.byteLength(JSON.stringify(error));
      return bytes <= maxErrorBytes;
    });
}

/** Errors of parts as text; empty if there are none. */
export function describeErrors(
  errors: readonly AnswerError[],
  title = 'Errors of parts; everything else is valid:',
): string {
  if (errors.length === 0) return '';
  const count = toErrorList(errors).length;
  const lines = errors.slice(0, count).map(({ message, extensions }) => {
    const { code, symbol, suggestions } = extensions;
    const part = typeof symbol === 'string' ? ` (${symbol})` : '';
    const meant = describeSuggestions(message, suggestions);
    return `- ${String(code)}${part}: ${shorten(toToolTerms(message), maxPartLength)} ${meant}`.trimEnd();
  });
  if (errors.length > count) lines.push(`- and ${errors.length - count} more errors`);
  return [title, ...lines].join('\n');
}

function toListed({ message, extensions }: AnswerError): JsonObject {
  const { code, exchange, symbol, retryable, retryAfterMs, suggestions } = extensions;
  return {
    code: String(code),
    message: shorten(toToolTerms(message), maxPartLength),
    retryable: retryable === true,
    ...(typeof exchange === 'string' ? { exchange } : {}),
    ...(typeof symbol === 'string' ? { symbol } : {}),
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    ...(Array.isArray(suggestions) ? { suggestions } : {}),
  };
}

function toToolTerms(message: string): string {
  return toolTerms.reduce((text, [theirs, ours]) => text.replace(theirs, ours), message);
}

/** What may have been meant, unless the message says it. */
function describeSuggestions(message: string, suggestions: unknown): string {
  if (!Array.isArray(suggestions) || suggestions.length === 0) return '';
  const isSaid = suggestions.every((suggestion) => message.includes(String(suggestion)));
  return isSaid ? '' : `Did you mean ${suggestions.join(', ')}?`;
}

function describeRetry(retryAfterMs: unknown): string {
  if (typeof retryAfterMs !== 'number') return 'The same call can succeed later.';
  return `The same call can succeed after ${Math.ceil(retryAfterMs / 1000)} s.`;
}

function shorten(message: string, maxLength: number): string {
  return message.length <= maxLength ? message : `${message.slice(0, maxLength)} …`;
}
