import type { ServerResponse } from 'node:http';
import type { HandleRequest } from '../http/handle-request.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import { graphqlPath, metricsPath } from '../http/paths.ts';
import type { Readiness } from '../http/readiness.ts';
import type { PageRoute } from '../routing/route.ts';

/** The front page, which redirects to GraphiQL. */
export function createFrontPageRoute(): PageRoute {
  return {
    kind: 'page',
    path: '/',
    handle: ({ response }) => response.writeHead(httpStatus.found, { location: graphqlPath }).end(),
  };
}

/** The health check and the readiness check. */
export function createProbeRoutes(readiness: Readiness): readonly PageRoute[] {
  return [
    { kind: 'probe', path: '/health', handle: ({ response }) => sendStatus(response, httpStatus.ok, 'ok') },
    {
      kind: 'probe',
      path: '/ready',
      handle: ({ response }) => {
        const { state } = readiness;
        sendStatus(response, state === 'ready' ? httpStatus.ok : httpStatus.serviceUnavailable, state);
      },
    },
  ];
}

/** The metrics for Prometheus. */
export function createMetricsRoute(handle: HandleRequest): PageRoute {
  return { kind: 'page', path: metricsPath, handle: ({ request, response }) => handle(request, response) };
}

function sendStatus(response: ServerResponse, code: number, status: string): void {
  const body = JSON.stringify({ status });
  response
    .writeHead(code, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .end(body);
}
