import type { OperationDefinitionNode } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { toOperationName } from '../answers/operation-request.ts';

/**
 * A message as graphql-ws is to have it, which keeps what it is given as long as the operation is open: parsed already,
 * so that the text is not kept, and of what begins an operation only what the protocol knows. What is no message is the
 * text as it came, for graphql-ws to refuse. Its types know texts only, hence the any of JSON.parse.
 */
export function readMessage(text: string): ReturnType<typeof JSON.parse> {
  const message = parse(text);
  if (!isObject(message)) return text;
  const { id, type, payload } = message;
  if (type !== 'subscribe' || !isObject(payload)) return message;
  const { query, operationName, variables, extensions } = payload;
  return { id, type, payload: { query, operationName: toOperationName(operationName), variables, extensions } };
}

/** A message that begins or ends an operation, as far as that is known before graphql-ws has looked at it. */
export interface OperationMessage {
  readonly type: 'subscribe' | 'complete';
  readonly id: string;
}

/** True of a message that begins or ends an operation. */
export function isOfOperation(message: unknown): message is OperationMessage {
  if (!isObject(message) || typeof message.id !== 'string') return false;
  return message.type === 'subscribe' || message.type === 'complete';
}

/** Leaves in a payload what its operation needs while it is open, with the text that all have in common. */
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
