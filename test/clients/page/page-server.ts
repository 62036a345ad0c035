import type { Client } from 'graphql-ws';
import { afterAll, beforeAll, vi } from 'vitest';
import WebSocket from 'ws';
import { type PageFolder, type Replacements, writePageFiles } from '../../support/page-code.ts';
import { type AppServer, startServer } from '../../support/server.ts';

/** A server, and the page's files with its address. */
export interface PageServer {
  readonly running: AppServer;
  readonly folder: PageFolder;
}

/** One for all tests of a file: `client.ts`, which the page's other code imports, and what `toFiles` says. */
export function usePageServer(
  toFiles: (running: AppServer) => Readonly<Record<string, Replacements>>,
): () => PageServer {
  let server: PageServer | undefined;

  function current(): PageServer {
    if (!server) throw new Error('no server is running');
    return server;
  }

  beforeAll(async () => {
    // As a browser has it, and Node from 22 on.
    vi.stubGlobal('WebSocket', WebSocket);
    const running = await startServer({ config: { lingerMs: 0, exchanges: ['sim'] } });
    const client = { 'ws://localhost:4000/graphql': running.webSocketUrl };
    server = { running, folder: writePageFiles({ 'client.ts': client, ...toFiles(running) }) };
  });

  afterAll(async () => {
    const { running, folder } = current();
    const { client }: { readonly client: Client } = await import(`${folder.path}/client.ts`);
    await client.dispose();
    await running.stop();
    folder.remove();
    vi.unstubAllGlobals();
  });
  return current;
}
