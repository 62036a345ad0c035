import type { IncomingMessage } from 'node:http';

const absoluteForm = /^https?:\/\/([^/?#@]+)(.*)$/i;

/** One segment with a slash behind it. */
const trailingSlash = /^(\/[^/?]+)\/(?=\?|$)/;

/**
 * Rewrites what a request asks for to the one form that everything behind reads, `/graphql?query=…`. Clients that believe
 * in a proxy send whole addresses, whose host then counts instead of the header's (RFC 9112, 3.2.2); others end paths with
 * a slash.
 */
export function normalizeTarget(request: IncomingMessage): void {
  const [, host, rest] = absoluteForm.exec(request.url ?? '') ?? [];
  if (host !== undefined && rest !== undefined) {
    request.headers.host = host;
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
  }
  request.url = request.url?.replace(trailingSlash, '$1');
}
