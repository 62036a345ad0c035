import type { ServerResponse } from 'node:http';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { Gate } from '../access/gate.ts';
import { graphqlPath, metricsPath } from '../http/paths.ts';
import type { Readiness } from '../http/readiness.ts';
import type { HandleRequest } from './graphql-http.ts';
import { type Reply, sendFailure } from './respond.ts';

/** What answers GET and HEAD of one path. */
export interface Route {
  /** True where nobody needs a key, whatever the other paths ask for. */
  readonly isPublic: boolean;
  readonly handle: HandleRequest;
}

/** By path. */
export type Routes = ReadonlyMap<string, Route>;

/** The paths beside GraphQL's own: a page is added here. */
export function createRoutes(readiness: Readiness, metrics: HandleRequest | null): Routes {
  const routes = new Map<string, Route>([
    ['/', { isPublic: false, handle: (_request, response) => redirect(response, graphqlPath) }],
    ['/health', { isPublic: true, handle: (_request, response) => sendStatus(response, 200, 'ok') }],
    [
      '/ready',
      {
        isPublic: true,
        handle: (_request, response) => {
          const { state } = readiness;
          sendStatus(response, state === 'ready' ? 200 : 503, state);
        },
      },
    ],
  ]);
  if (metrics) routes.set(metricsPath, { isPublic: false, handle: metrics });
  return routes;
}

/** Answers a path of the table to whom the gate lets in, and any other with what there is. */
export async function handleRoute(
  routes: Routes,
  path: string,
  reply: Reply,
  gate: Gate,
  report: (error: unknown) => void,
): Promise<void> {
  const { request, response } = reply;
  const route = routes.get(path);
  try {
    // What watches over the server is not held up by a quota.
    if (!route?.isPublic) await gate.identify(gate.addressOf(request), request.headers.authorization);
    if (!route) {
      const doors = [graphqlPath, ...routes.keys()].join(', ');
      sendText(reply, 404, `There is nothing at this address. What there is: ${doors}.`);
    } else if (request.method === 'GET' || request.method === 'HEAD') {
      route.handle(request, response);
    } else {
      response.setHeader('allow', 'GET, HEAD');
      sendText(reply, 405, 'This address answers GET and HEAD.');
    }
  } catch (error) {
    sendFailure(reply, toClientError(error, report));
  }
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location }).end();
}

function sendStatus(response: ServerResponse, code: number, status: string): void {
  send(response, code, 'application/json; charset=utf-8', JSON.stringify({ status }));
}

function sendText({ request, response, cors }: Reply, code: number, sentence: string): void {
  // A page of another origin that may ask may read it too, so that who mistyped the address sees why.
  for (const [name, value] of Object.entries(cors.headersFor(request))) {
    if (value !== undefined) response.setHeader(name, value);
  }
  send(response, code, 'text/plain; charset=utf-8', `${sentence}\n`);
}

function send(response: ServerResponse, code: number, type: string, body: string): void {
  response
    .writeHead(code, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .end(body);
}
