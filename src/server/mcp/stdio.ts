import type { Readable, Writable } from 'node:stream';
import { localPrincipal } from '../access/gate.ts';
import { type OnRequest, RequestRecord } from '../observe/request-record.ts';
import { AnsweredTransport } from './protocol/answered-transport.ts';
import type { MessageFault } from './protocol/message-faults.ts';
import { MessageLines } from './protocol/message-lines.ts';
import { MessageReader, parseJson } from './protocol/message-reader.ts';
import { loadSdkServer, type McpOptions } from './protocol/sdk-server.ts';

export interface StdioOptions extends McpOptions {
  /** Called once for each call of a tool. */
  readonly onRequest?: OnRequest;
  /** Where messages come from; the standard input by default. */
  readonly input?: Readable;
  /** Where answers go, and nothing else; the standard output by default. */
  readonly output?: Writable;
}

/**
 * Serves one client over standard input and output. Resolves when the input has ended and its requests are answered, or
 * when nobody reads the output any more. The client is the user who has started the process, and so needs no key.
 */
export async function serveMcpOverStdio(options: StdioOptions): Promise<void> {
  const { input = process.stdin, output = process.stdout, onRequest = () => {} } = options;
  const createServer = await loadSdkServer(options);
  const { specTypeSchemas } = await import('@modelcontextprotocol/server');
  const { serveStdio, StdioServerTransport } = await import('@modelcontextprotocol/server/stdio');
  const createRecord = (): RequestRecord => new RequestRecord('mcp', onRequest, null, null);
  const reader = new MessageReader(specTypeSchemas);
  const lines: MessageLines = new MessageLines({
    readLine: (line) => {
      const read = readLine(reader, line);
      if (typeof read === 'string') return read;
      if (!read.isNotification) void transport.refuse(read).catch(() => {});
      return null;
    },
    // The SDK drops what is being answered when its input ends, so that `printf … | tickql mcp` would print nothing.
    whenDone: () => new Promise((resolve) => setImmediate(() => void transport.whenAnswered().then(resolve))),
  });
  const transport = new AnsweredTransport(new StdioServerTransport(lines, output));
  input.once('close', () => lines.end());
  input.pipe(lines);
  serveStdio(() => createServer({ principal: localPrincipal, createRecord }), { transport, maxSubscriptions: 0 });
  await transport.closed;
  input.unpipe(lines);
}

/** The line as the SDK reads it, or what is wrong with its message. The SDK skips lines that are not JSON. */
function readLine(reader: MessageReader, line: string): string | MessageFault {
  const given = parseJson(line);
  if (given === undefined) return line;
  const read = reader.read(given);
  return 'fault' in read ? read.fault : JSON.stringify(read.message);
}
