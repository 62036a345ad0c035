import { type BodyFault, unsupportedType } from '../http/messages/body-fault.ts';
import { type DecodedBody, readDecodedBody } from '../http/messages/read-decoded-body.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import { mcpPath } from '../http/paths.ts';
import type { ApiRequest, Route } from '../routing/route.ts';
import { readAccepted, toAccepted } from './protocol/accepted-answers.ts';
import {
  rpcCode,
  sendForbidden,
  sendNotAcceptable,
  sendRpcError,
  sendWrongMethod,
  toFaultResponse,
} from './protocol/json-rpc-errors.ts';
import { MessageReader, parseJson } from './protocol/message-reader.ts';
import { createMcpCors, isOriginAllowed } from './protocol/origins.ts';
import type { CreateSdkServer, McpOptions } from './protocol/sdk-server.ts';
import { sendWebResponse, toWebRequest } from './protocol/web-exchange.ts';

export interface McpRouteOptions extends McpOptions {
  /** The origins of the pages that may send requests, besides pages of this machine; null if it is not set. */
  readonly corsOrigins: readonly string[] | null;
}

/** What answers requests once the SDK is loaded. */
interface Loaded {
  readonly createServer: CreateSdkServer;
  readonly sdk: typeof import('@modelcontextprotocol/server');
  readonly reader: MessageReader;
}

/**
 * The Model Context Protocol over streamable HTTP. It keeps no sessions: each request is answered by a server of its own,
 * for clients of the revision 2026-07-28, and of those of 2025, which begin with `initialize`. So a client does not notice
 * that the server was restarted, or that another instance answers.
 */
export function createMcpRoutes(options: McpRouteOptions): readonly Route[] {
  const { corsOrigins } = options;
  let loading: Promise<Loaded> | null = null;

  function load(): Promise<Loaded> {
    loading ??= loadParts(options).catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  }

  async function answer(given: ApiRequest, sent: unknown): Promise<void> {
    const { request, response, principal, record, cors } = given;
    const { createServer, sdk, reader } = await load();
    if (response.destroyed) return;
    const accepted = readAccepted(request.headers.accept);
    const read = reader.read(sent);
    if ('fault' in read) {
      return sendWebResponse(await toAccepted(toFaultResponse(read.fault), accepted), request, response, cors);
    }
    const client = { principal, createRecord: () => record };
    // Nothing changes that a client could listen to.
    const handler = sdk.createMcpHandler(() => createServer(client), { maxSubscriptions: 0 });
    const answered = await handler.fetch(toWebRequest(request, response), { parsedBody: read.message });
    await sendWebResponse(await toAccepted(answered, accepted), request, response, cors);
  }

  function answerBody(given: ApiRequest, body: DecodedBody): Promise<void> | void {
    if (body === null) return;
    if ('status' in body) return sendBodyFault(given, body);
    const message = parseJson(body.toString());
    if (message === undefined) {
      return sendRpcError(given, httpStatus.badRequest, rpcCode.parseError, 'The body is not valid JSON.');
    }
    return answer(given, message);
  }

  function handlePost(given: ApiRequest): Promise<void> | void {
    const { 'content-type': type = '', accept } = given.request.headers;
    const { json, events } = readAccepted(accept);
    if (!json && !events) return sendNotAcceptable(given);
    if (!/^application\/json\s*(?:;|$)/i.test(type)) return sendBodyFault(given, unsupportedType);
    // Events of the request do not know to which trace their work belongs.
    return readDecodedBody(given.request, (body) => given.record.run(() => answerBody(given, body)));
  }

  return [
    {
      kind: 'api',
      path: mcpPath,
      transport: 'mcp',
      methods: ['POST'],
      cors: createMcpCors(corsOrigins),
      handle: (given) => {
        if (!isOriginAllowed(given.request, corsOrigins)) return sendForbidden(given);
        if (given.request.method !== 'POST') return sendWrongMethod(given);
        return handlePost(given);
      },
    },
  ];
}

/** Loads the SDK and the tools at the first request, so that a server without clients of MCP pays nothing for them. */
async function loadParts(options: McpOptions): Promise<Loaded> {
  const { loadSdkServer } = await import('./protocol/sdk-server.ts');
  const createServer = await loadSdkServer(options);
  const sdk = await import('@modelcontextprotocol/server');
  return { createServer, sdk, reader: new MessageReader(sdk.specTypeSchemas) };
}

function sendBodyFault(given: ApiRequest, { status, message, headers }: BodyFault): void {
  sendRpcError(given, status, rpcCode.refused, message, headers);
}
