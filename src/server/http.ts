import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { graphqlPath } from './paths.ts';
import type { GraphQLServer } from './yoga.ts';

/** How long requests under way may take to finish once the server closes, in ms. */
const drainMs = 5000;

/** The HTTP server in front of the GraphQL pipeline. */
export interface HttpServer {
  /** For the WebSocket server, which takes its upgrades. */
  readonly server: Server;
  /** Resolves with the port once it listens; rejects with Node's error, EADDRINUSE for example. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no new connection, lets requests under way finish for a while, then cuts what is left. */
  close(): Promise<void>;
}

/** Serves GraphQL; `/` leads to GraphiQL. */
export function createHttpServer(graphql: GraphQLServer): HttpServer {
  let underWay = 0;
  let onDrained = (): void => {};
  const server = createServer((request, response) => {
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
      if (underWay === 0) onDrained();
    });
    if (request.url === '/') {
      response.writeHead(302, { location: graphqlPath }).end();
    } else {
      graphql.handle(request, response);
    }
  });

  return {
    server,
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve(toPort(server.address()));
        });
      }),
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), drainMs);
        // Not closeIdleConnections: it spares those that a browser opened ahead and has not used.
        onDrained = () => server.closeAllConnections();
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        if (underWay === 0) onDrained();
      }),
  };
}

function toPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('the server does not listen on a port');
  return address.port;
}
