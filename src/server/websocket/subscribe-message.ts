import type { OperationDefinitionNode } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { toOperationName } from '../answers/operation-request.ts';

/**
 * Prepares a message for graphql-ws, which keeps its input while the operation is open. The message is parsed here, so
 * that its text is not kept, and a message that begins an operation contains only the fields of the protocol. A text
 * that is not JSON is returned unchanged, and graphql-ws refuses it. The types of graphql-ws allow only texts, hence
 * the `any` of JSON.parse.
 */
export function readMessage(text: string): ReturnType<typeof JSON.parse> {
  const message = parse(text);
  if (!isObject(message)) return text;
  const { id, type, payload } = message;
  if (type !== 'subscribe' || !isObject(payload)) return message;
  const { query, operationName, variables, extensions } = payload;
  return { id, type, payload: { query, operationName: toOperationName(operationName), variables, extensions } };
}

/** A message that begins or ends an operation, before graphql-ws has checked it. */
export interface OperationMessage {
  readonly type: 'subscribe' | 'complete';
  readonly id: string;
}

/** True for a message that begins or ends an operation. */
export function isOfOperation(message: unknown): message is OperationMessage {
  if (!isObject(message) || typeof message.id !== 'string') return false;
  return message.type === 'subscribe' || message.type === 'complete';
}

/**
 * Removes from a payload what its operation does not need while it is open, and inserts the text that payloads share.
 */
export function trimPayload(payload: SubscribePayload, text: string, operation: OperationDefinitionNode | null): void {
  const given = payload.variables ?? {};
  const names = operation?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
  const needed = names.filter((name) => Object.hasOwn(given, name)).map((name) => [name, given[name]]);
  Object.assign(payload, { query: text, variables: Object.fromEntries(needed), extensions: undefined });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
