import type { Server } from '@modelcontextprotocol/server';
import type { Principal } from '../../access/gate.ts';
import type { RequestRecord } from '../../observe/request-record.ts';
import { ToolCalls, type ToolCallsOptions } from '../calling/tool-calls.ts';
import { instructions } from '../resources/guide.ts';
import { createResources } from '../resources/resources.ts';
import { describeTool } from './describe-tool.ts';

export interface McpOptions extends ToolCallsOptions {
  /** The version of TickQL. Read at the first use. */
  readonly readVersion: () => string;
}

/** The client of a connection, or of one request. */
export interface McpClient {
  readonly principal: Principal;
  /** Creates the record of one call of a tool. */
  readonly createRecord: () => RequestRecord;
}

/** Creates the SDK's server for a client: one for each connection over stdio, and one for each request over HTTP. */
export type CreateSdkServer = (client: McpClient) => Server;

/** What one page of a list can be kept for, by clients of the revision 2026-07-28 and later. */
const listHint = { ttlMs: 3_600_000, cacheScope: 'public' } as const;

/**
 * Loads the SDK and prepares everything that does not depend on the client. The SDK takes 30 MB and a third of a second, so
 * servers whose clients do not use MCP never load it.
 */
export async function loadSdkServer(options: McpOptions): Promise<CreateSdkServer> {
  const sdk = await import('@modelcontextprotocol/server');
  const calls = new ToolCalls(options);
  const { engine, readVersion } = options;
  const resources = createResources(engine.schema, engine.hideSuggestions);
  const implementation = { name: 'tickql', title: 'TickQL', version: readVersion() };
  // The SDK's types have no readonly lists, so its own guard checks the descriptions.
  const tools = calls.tools.map(describeTool).filter(sdk.isSpecType.Tool);
  const cacheHints = { 'tools/list': listHint, 'resources/list': listHint };
  const validator = unusedValidator;

  return ({ principal, createRecord }) => {
    const capabilities = { tools: {}, resources: {} };
    const server = new sdk.Server(implementation, {
      capabilities,
      instructions,
      cacheHints,
      jsonSchemaValidator: validator,
    });
    server.setRequestHandler('tools/list', () => ({ tools }));
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
      const { name, arguments: values = {} } = params;
      const unknown = calls.explainUnknown(name);
      if (unknown !== null) throw new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, unknown);
      const record = createRecord();
      return record.run(() => calls.call({ name, values, principal, record, signal: mcpReq.signal }));
    });
    server.setRequestHandler('resources/list', () => ({
      resources: resources.map(({ read: _read, ...resource }) => resource),
    }));
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }));
    server.setRequestHandler('resources/read', ({ params: { uri } }) => {
      const resource = resources.find((each) => each.uri === uri);
      if (!resource) throw new sdk.ResourceNotFoundError(uri);
      return { contents: [{ uri, mimeType: resource.mimeType, text: resource.read() }] };
    });
    return server;
  };
}

/** Validates what users enter, which this server never asks for. The SDK would create its own for each server. */
const unusedValidator = {
  getValidator: (): never => {
    throw new TypeError('this server asks for no input');
  },
};
