import { PassThrough, type Readable, type Writable } from 'node:stream';
import { localPrincipal } from '../access/gate.ts';
import { type OnRequest, RequestRecord } from '../observe/request-record.ts';
import { AnsweredTransport } from './protocol/answered-transport.ts';
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
  const { serveStdio, StdioServerTransport } = await import('@modelcontextprotocol/server/stdio');
  const createRecord = (): RequestRecord => new RequestRecord('mcp', onRequest, null, null);
  // The SDK drops what is being answered when its input ends, so that `printf … | tickql mcp` would print nothing.
  const messages: PassThrough = new PassThrough({
    flush: (done) => {
      // The last line is a message even if it does not end.
      messages.push('\n');
      setImmediate(() => void transport.whenAnswered().then(() => done()));
    },
  });
  const transport = new AnsweredTransport(new StdioServerTransport(messages, output));
  input.once('close', () => messages.end());
  input.pipe(messages);
  serveStdio(() => createServer({ principal: localPrincipal, createRecord }), { transport, maxSubscriptions: 0 });
  await transport.closed;
  input.unpipe(messages);
}
