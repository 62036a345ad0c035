import type { SpecTypeName, specTypeSchemas } from '@modelcontextprotocol/server';
import { isShallow } from '../../../graphql/documents/value-depth.ts';
import { isObject, type JsonObject } from '../presenting/values.ts';
import { rpcCode } from './json-rpc-errors.ts';
import { explainIssues, type Issues, isAboutParameters, type MessageFault } from './message-faults.ts';

export type ReadMessage = { readonly message: unknown } | { readonly fault: MessageFault };

/** The schemas of messages whose parameters the server uses, by method. */
const schemaNames: ReadonlyMap<unknown, SpecTypeName> = new Map([
  ['initialize', 'InitializeRequest'],
  ['notifications/cancelled', 'CancelledNotification'],
  ['resources/list', 'ListResourcesRequest'],
  ['resources/read', 'ReadResourceRequest'],
  ['resources/templates/list', 'ListResourceTemplatesRequest'],
  ['tools/call', 'CallToolRequest'],
  ['tools/list', 'ListToolsRequest'],
]);

/** How many levels of objects the parameters of the protocol have that can be left out. */
const maxLevels = 4;

/**
 * Reads messages before the SDK does. It leaves out members that are null, because no parameter of the protocol can be
 * null, and many programs write all members of their types. What the SDK would refuse is refused here: it answers with the
 * output of its validator, which names types of its code.
 */
export class MessageReader {
  readonly #schemas: typeof specTypeSchemas;

  constructor(schemas: typeof specTypeSchemas) {
    this.#schemas = schemas;
  }

  /** Returns the message as the SDK reads it, or what is wrong with it. */
  read(given: unknown): ReadMessage {
    if (Array.isArray(given)) {
      // Each message counts against the quota, and is logged and traced. The protocol has had no batches since 2025-06-18.
      return refuse(
        given,
        rpcCode.invalidRequest,
        'Send the messages of the list one by one: a list is not a message.',
      );
    }
    if (!isShallow(given)) return refuse(given, rpcCode.invalidRequest, 'The message is nested too deeply.');
    // The server asks its clients for nothing, so the SDK ignores answers.
    if (isObject(given) && ('result' in given || 'error' in given)) return { message: given };
    const message = isObject(given) ? withoutNullParameters(given) : given;
    const wrong = this.#findIssues(isNotification(message) ? 'JSONRPCNotification' : 'JSONRPCRequest', message);
    if (wrong.length > 0) {
      const code = wrong.every(isAboutParameters) ? rpcCode.invalidParams : rpcCode.invalidRequest;
      return refuse(given, code, explainIssues(message, wrong));
    }
    const name = schemaNames.get(isObject(message) ? message.method : undefined);
    const faults = name === undefined ? [] : this.#findIssues(name, message);
    if (faults.length > 0) return refuse(given, rpcCode.invalidParams, explainIssues(message, faults));
    return { message };
  }

  #findIssues(name: SpecTypeName, message: unknown): Issues {
    return this.#schemas[name]['~standard'].validate(message).issues ?? [];
  }
}

/** Parses JSON; undefined, which JSON cannot express, if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refuse(given: unknown, code: number, message: string): ReadMessage {
  const id = toId(isObject(given) ? given.id : undefined);
  return { fault: { code, message, id, isNotification: isNotification(given) } };
}

function toId(id: unknown): string | number | null {
  if (typeof id === 'number') return Number.isSafeInteger(id) ? id : null;
  return typeof id === 'string' ? id : null;
}

function isNotification(message: unknown): boolean {
  return isObject(message) && 'method' in message && !('id' in message);
}

function withoutNullParameters({ params = null, ...message }: JsonObject): JsonObject {
  if (params === null) return message;
  return { ...message, params: isObject(params) ? withoutNulls(params, maxLevels) : params };
}

/** Arguments of tools stay as they are: each tool knows which of its own can be left out. */
function withoutNulls(object: JsonObject, levels: number): JsonObject {
  const given = Object.entries(object).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => [
      name,
      levels > 1 && name !== 'arguments' && isObject(value) ? withoutNulls(value, levels - 1) : value,
    ]),
  );
}
