import type { ServerResponse } from 'node:http';
import type { HandleRequest } from '../http/handle-request.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import { graphqlPath, metricsPath } from '../http/paths.ts';
import type { Readiness } from '../http/readiness.ts';
import type { PageRoute } from '../routing/route.ts';

/** Relative, so that it is right behind a proxy that serves this server under a path, too. */
const graphiqlLocation = graphqlPath.replace('/', '');

/** The front page without the live page: it redirects to GraphiQL. */
export function createRedirectRoute(): PageRoute {
  return {
    kind: 'public',
    path: '/',
    handle: ({ response }) => {
      response.writeHead(httpStatus.found, { location: graphiqlLocation, 'content-length': 0 }).end();
    },
  };
}

/** How a server with other instances is connected to them: `alone` while it cannot reach Redis. */
export type ClusterState = 'joining' | 'member' | 'alone';

/**
 * The health check and the readiness check. A server that is alone still answers clients, so it is ready; `clusterState`
 * only tells the operator.
 */
export function createProbeRoutes(readiness: Readiness, clusterState?: () => ClusterState): readonly PageRoute[] {
  return [
    { kind: 'probe', path: '/health', handle: ({ response }) => sendStatus(response, httpStatus.ok, { status: 'ok' }) },
    {
      kind: 'probe',
      path: '/ready',
      handle: ({ response }) => {
        const { state: status } = readiness;
        const code = status === 'ready' ? httpStatus.ok : httpStatus.serviceUnavailable;
        sendStatus(response, code, clusterState ? { status, cluster: clusterState() } : { status });
      },
    },
  ];
}

/** The metrics for Prometheus. */
export function createMetricsRoute(handle: HandleRequest): PageRoute {
  return { kind: 'page', path: metricsPath, handle: ({ request, response }) => handle(request, response) };
}

function sendStatus(response: ServerResponse, code: number, status: Readonly<Record<string, string>>): void {
  const body = JSON.stringify(status);
  response
    .writeHead(code, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .end(body);
}
