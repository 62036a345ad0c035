import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';
import { ownSockets, type PagePolicy, pageHeaders } from '../../http/messages/page-headers.ts';
import { httpStatus } from '../../http/messages/statuses.ts';
import { graphqlPath } from '../../http/paths.ts';

/**
 * The page from the build. It is complete, so that a browser loads nothing from elsewhere, and compressed (9 MB
 * without).
 */
const pageFile = new URL('../../../../dist/graphiql.html.gz', import.meta.url);

/** The hash of the page's script for a Content-Security-Policy, from the build. */
const scriptHashFile = new URL('../../../../dist/graphiql.script-hash', import.meta.url);

const unzip = promisify(gunzip);

/** Serves GraphiQL to a browser that opens the GraphQL path. Throws if the page was not built. */
export function useGraphiQLPage(): Plugin {
  const page = readFileSync(pageFile);
  const etag = `"${createHash('sha256').update(page).digest('base64url')}"`;
  const scriptHash = readFileSync(scriptHashFile, 'utf8');
  const caching = { etag, 'cache-control': 'no-cache', vary: 'Accept, Accept-Encoding, Authorization, Origin' };
  return {
    onRequest: async ({ request, url, fetchAPI, endResponse }) => {
      const accept = request.headers.get('accept') ?? '';
      if (request.method !== 'GET' || url.pathname !== graphqlPath || !accept.includes('text/html')) return;
      const common = { ...caching, ...pageHeaders(toPolicy(scriptHash, url.host)) };
      if (request.headers.get('if-none-match') === etag) {
        endResponse(new fetchAPI.Response(null, { status: httpStatus.notModified, headers: common }));
        return;
      }
      const headers = { ...common, 'content-type': 'text/html; charset=utf-8' };
      const compressed = request.headers.get('accept-encoding')?.includes('gzip');
      const response = compressed
        ? new fetchAPI.Response(page, { headers: { ...headers, 'content-encoding': 'gzip' } })
        : new fetchAPI.Response(await unzip(page), { headers });
      endResponse(response);
    },
  };
}

/** Allows the script from the build, the styles that it adds, the editor's workers, and requests to this server. */
function toPolicy(scriptHash: string, host: string): PagePolicy {
  return {
    'script-src': [`'${scriptHash}'`],
    'style-src': ["'unsafe-inline'"],
    'img-src': ['data:'],
    'font-src': ['data:'],
    'worker-src': ['blob:'],
    'connect-src': ["'self'", ...ownSockets(host)],
  };
}
