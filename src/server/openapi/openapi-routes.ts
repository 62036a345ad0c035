import { createHash } from 'node:crypto';
import { isNamedBy, toEtag } from '../http/messages/etag.ts';
import type { HttpContext } from '../http/messages/http-context.ts';
import { pageHeaders } from '../http/messages/page-headers.ts';
import { asDeclared } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import { openApiPath, restPath } from '../http/paths.ts';
import { sendProblem } from '../rest/messages/problem.ts';
import { readMethods, requireMethod } from '../rest/messages/require-method.ts';
import type { Route } from '../routing/route.ts';
import { createOpenApi, type OpenApiOptions } from './document/create-open-api.ts';
import { apiPagePolicy, renderApiPage } from './page/api-page.ts';

/** A text that never changes while this server runs. */
interface ConstantText {
  readonly text: string;
  readonly contentType: string;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The documentation of the REST API: for tools, also in pages of other origins, and as a page for people. */
export function createOpenApiRoutes(options: OpenApiOptions): readonly Route[] {
  const getDocument = once(() => createOpenApi(options));
  const getJson = once(() => toConstant(JSON.stringify(getDocument()), 'application/json', asDeclared));
  const getPage = once(() => toConstant(renderApiPage(getDocument()), 'text/html', pageHeaders(apiPagePolicy)));
  return [
    {
      kind: 'api',
      path: openApiPath,
      transport: 'rest',
      methods: readMethods,
      sendFailure: sendProblem,
      handle: (given) => {
        requireMethod(given, readMethods);
        sendConstant(given, getJson());
      },
    },
    { kind: 'page', path: restPath, handle: (context) => sendConstant(context, getPage()) },
    createRedirect(openApiPath),
    createRedirect(restPath),
  ];
}

/** Leads from a path with a slash at its end to the one without, relatively, so that a prefix of a proxy stays. */
function createRedirect(path: string): Route {
  const location = `..${path.slice(path.lastIndexOf('/'))}`;
  return {
    kind: 'page',
    path: `${path}/`,
    handle: ({ request, response, cors }) => {
      response.writeHead(httpStatus.found, { ...cors.headersFor(request), location, 'content-length': 0 }).end();
    },
  };
}

function sendConstant({ request, response, cors }: HttpContext, constant: ConstantText): void {
  const { text, contentType, etag, headers } = constant;
  const isPrivate = request.headers.authorization !== undefined;
  const common = {
    ...cors.headersFor(request, { vary: 'Authorization', expose: 'etag' }),
    etag,
    // Another version of this server has another document, so caches must ask each time.
    'cache-control': `${isPrivate ? 'private' : 'public'}, no-cache`,
  };
  if (isNamedBy(request.headers['if-none-match'] ?? '', etag)) {
    response.writeHead(httpStatus.notModified, common).end();
    return;
  }
  const length = { 'content-type': `${contentType}; charset=utf-8`, 'content-length': Buffer.byteLength(text) };
  response.writeHead(httpStatus.ok, { ...common, ...length, ...headers });
  response.end(text);
}

function toConstant(text: string, contentType: string, headers: Readonly<Record<string, string>>): ConstantText {
  return { text, contentType, etag: toEtag(createHash('sha256').update(text).digest('base64url'), ''), headers };
}

/** Calls a function when its result is needed first, and keeps the result. */
function once<T>(create: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: create() };
    return made.value;
  };
}
