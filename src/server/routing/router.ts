import type { IncomingMessage, ServerResponse } from 'node:http';
import { toClientError } from '../../graphql/execution/errors.ts';
import type { Gate } from '../access/gate.ts';
import type { HandleRequest } from '../http/handle-request.ts';
import { opensPage } from '../http/messages/accept.ts';
import type { Cors } from '../http/messages/cors.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { refuse } from '../http/messages/refusal.ts';
import { sendFailure, sendPreflight, sendText } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import type { RequestObserver } from '../observe/request-observer.ts';
import { type RequestRecord, toCode } from '../observe/request-record.ts';
import type { ApiRoute, PageRoute, Route, RouteParams } from './route.ts';
import { type RouteMatch, RouteTable } from './route-table.ts';

export interface RouterOptions {
  readonly routes: readonly Route[];
  readonly gate: Gate;
  readonly cors: Cors;
  readonly observer: RequestObserver;
  /** Called once for each request with the path of its route, or `other` if there is none. */
  readonly onRequest?: (route: string) => void;
  /** Called with unexpected errors. Clients see them masked. */
  readonly report: (error: unknown) => void;
}

const invalidEncoding = 'The percent-encoding of the path is invalid: write a percent sign as %25.';

/**
 * Finds the route of each request, identifies the client, counts the request once, and passes it to the route. A
 * request for an unknown path needs a key, like a page, and its answer lists where the existing paths begin.
 */
export function createRouter(options: RouterOptions): HandleRequest {
  const { routes, gate, cors, observer, onRequest = () => {}, report } = options;
  const table = new RouteTable(routes);
  const paths = [...new Set(routes.map(({ path }) => toFirstSegment(path)))].join(', ');

  function handlePage(route: PageRoute | null, context: HttpContext, params: RouteParams | null): Promise<void> | void {
    const { method } = context.request;
    if (!params) sendText(context, httpStatus.badRequest, `${invalidEncoding}\n`);
    else if (!route) {
      const message = `This server has nothing at this path. Its paths are: ${paths}.\n`;
      sendText(context, httpStatus.notFound, message);
    } else if (method === 'GET' || method === 'HEAD') return route.handle(context, params);
    else {
      const headers = { allow: 'GET, HEAD' };
      sendText(context, httpStatus.methodNotAllowed, 'This path answers only GET and HEAD.\n', headers);
    }
  }

  async function servePage(route: PageRoute | null, context: HttpContext, params: RouteParams | null): Promise<void> {
    const { request } = context;
    try {
      if (!route || route.kind === 'page') await gate.identify(gate.addressOf(request), request.headers.authorization);
      await handlePage(route, context, params);
    } catch (error) {
      sendFailure(context, toClientError(error, report));
    }
  }

  async function serveApi(
    route: ApiRoute,
    context: HttpContext,
    record: RequestRecord,
    address: string,
    params: RouteParams | null,
  ): Promise<void> {
    const { request, response, cors } = context;
    try {
      // A preflight request has no key: with it, a browser asks whether it may send one.
      if (request.method === 'OPTIONS') sendPreflight(context, route.methods);
      else {
        const admitted = gate.admit(address, request.headers.authorization);
        const principal = admitted instanceof Promise ? await admitted : admitted;
        if (!params) throw refuse(httpStatus.badRequest, invalidEncoding);
        await route.handle({ request, response, cors, principal, record, params, search: toSearch(request) });
      }
    } catch (thrown) {
      const error = toClientError(thrown, report);
      (route.sendFailure ?? sendFailure)(context, error);
      record.answer(record.operation ?? 'invalid', toCode([error]));
    }
    observer.settle(record, response);
  }

  function dispatch(match: RouteMatch | null, request: IncomingMessage, response: ServerResponse): void {
    const { route = null, params } = match ?? { params: {} };
    const page = toPage(route, request);
    if (page || route?.kind !== 'api') {
      void servePage(page, { request, response, cors }, params);
      return;
    }
    const context: HttpContext = { request, response, cors: route.cors ?? cors };
    const address = gate.addressOf(request);
    const record = observer.begin(request, response, address, route.transport ?? 'http');
    void record.run(() => serveApi(route, context, record, address, params));
  }

  return (request, response) => {
    const match = table.find(toPath(request));
    onRequest(match?.route.path ?? 'other');
    dispatch(match, request, response);
  };
}

/** The page that a request is for; null if there is none, or if the API answers. */
function toPage(route: Route | null, request: IncomingMessage): PageRoute | null {
  if (route?.kind !== 'api') return route;
  return route.page && opensPage(request) ? { kind: 'public', path: route.path, handle: route.page } : null;
}

function toPath({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function toSearch({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end < 0 ? '' : url.slice(end + 1);
}

function toFirstSegment(path: string): string {
  return `/${path.split('/')[1] ?? ''}`;
}
