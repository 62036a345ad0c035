import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const command = { command: process.execPath, args: [main, 'mcp'], stderr: 'ignore' } as const;
const identity = { name: 'test', version: '1.0.0' };

/** A result as far as tests look at it. */
export interface Called {
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of structured content is up to its tool
  readonly data: any;
  readonly isError: boolean;
}

export interface Listed {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: object;
  readonly outputSchema?: object | undefined;
  readonly annotations?: object | undefined;
}

/** What both generations of the SDK's client can do. Both validate structured content against the output schema. */
export interface McpClient {
  listTools(): Promise<readonly Listed[]>;
  /** Rejects if the answer is an error of the protocol, or does not match the output schema. */
  call(name: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<Called>;
  listResources(): Promise<readonly string[]>;
  readResource(uri: string): Promise<string>;
  readonly version: string | undefined;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where to connect to: the URL of a server, or null for a process of its own. */
export type Connect = (url: string | null, options?: ConnectOptions) => Promise<McpClient>;

/** The client of SDK 2, which speaks this revision of the protocol; null for the one of 2025 that it prefers. */
export function createConnect(revision: string | null): Connect {
  return async (url, { headers = {} } = {}) => {
    const mode = revision === null ? 'legacy' : { pin: revision };
    const client = new Client(identity, { versionNegotiation: { mode } });
    await client.connect(
      url === null
        ? new StdioClientTransport({ ...command, args: [...command.args] })
        : new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { ...headers } } }),
    );
    return {
      listTools: async () => (await client.listTools()).tools,
      call: async (name, args, signal) =>
        toCalled(await client.callTool({ name, arguments: args }, signal ? { signal } : {})),
      listResources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
      readResource: async (uri) => JSON.stringify((await client.readResource({ uri })).contents),
      version: client.getNegotiatedProtocolVersion(),
      close: () => client.close(),
    };
  };
}

/** The client of SDK 1, as most agents have it. */
export const connectOld: Connect = async (url, { headers = {} } = {}) => {
  const client = new OldClient(identity);
  if (url === null) await client.connect(new OldStdioTransport({ ...command, args: [...command.args] }));
  else {
    const transport = new OldHttpTransport(new URL(url), { requestInit: { headers: { ...headers } } });
    await client.connect(transport);
  }
  return {
    listTools: async () => (await client.listTools()).tools,
    call: async (name, args, signal) =>
      toCalled(await client.callTool({ name, arguments: args }, undefined, signal ? { signal } : {})),
    listResources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    readResource: async (uri) => JSON.stringify((await client.readResource({ uri })).contents),
    version: client.getServerVersion()?.version,
    close: () => client.close(),
  };
};

export const clients: readonly (readonly [name: string, connect: Connect])[] = [
  ['SDK 2, revision 2026-07-28', createConnect('2026-07-28')],
  ['SDK 2, revision of 2025', createConnect(null)],
  ['SDK 1', connectOld],
];

function toCalled(result: object): Called {
  const { content = [], structuredContent, isError = false }: Partial<Record<string, unknown>> = { ...result };
  const [first]: readonly unknown[] = Array.isArray(content) ? content : [];
  const text = typeof first === 'object' && first !== null && 'text' in first ? String(first.text) : '';
  return { text, data: structuredContent, isError: isError === true };
}
