import type { IncomingMessage } from 'node:http';

const absoluteForm = /^https?:\/\/([^/?#@]+)(.*)$/i;

/**
 * Matches a path that ends with a slash, other than `/` itself. The metrics have only one path, because proxies that hide
 * them compare the path of a request with it. The page of the REST API and its document have addresses that are relative
 * to their own, and so would be wrong at a second path.
 */
const trailingSlash = /^(?!\/metrics\/|\/api\/(?:openapi\.json\/)?(?:\?|$))([^?]*[^/?])\/(?=\?|$)/;

/**
 * Rewrites the target of a request to the one form that the rest of the server understands, `/graphql?query=…`. Clients
 * that are configured for a proxy send a whole URL, whose host then replaces the Host header (RFC 9112, 3.2.2). Other
 * clients end paths with a slash.
 */
export function normalizeTarget(request: IncomingMessage): void {
  // Nearly every target has one slash, at its begin: `/graphql?query=…`.
  if (request.url?.lastIndexOf('/') === 0) return;
  const [, host, rest] = absoluteForm.exec(request.url ?? '') ?? [];
  if (host !== undefined && rest !== undefined) {
    request.headers.host = host;
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
  }
  request.url = request.url?.replace(trailingSlash, '$1');
}
