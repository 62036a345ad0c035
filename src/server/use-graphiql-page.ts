import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';
import { graphqlPath } from './paths.ts';

/** The page as the build wrote it: whole, so that a browser needs nothing from elsewhere, and compressed (9 MB otherwise). */
const page = new URL('../../dist/graphiql.html.gz', import.meta.url);

/** Answers a browser that opens the GraphQL address with GraphiQL. */
export function useGraphiQLPage(): Plugin {
  return {
    onRequest: async ({ request, url, fetchAPI, endResponse }) => {
      const accept = request.headers.get('accept') ?? '';
      if (request.method !== 'GET' || url.pathname !== graphqlPath || !accept.includes('text/html')) return;
      const { size, mtimeMs } = await stat(page);
      const etag = `W/"${size}-${mtimeMs}"`;
      const headers = { etag, 'cache-control': 'no-cache', vary: 'accept, accept-encoding' };
      if (request.headers.get('if-none-match') === etag) {
        endResponse(new fetchAPI.Response(null, { status: 304, headers }));
        return;
      }
      const type = { 'content-type': 'text/html; charset=utf-8' };
      const compressed = await readFile(page);
      const body = request.headers.get('accept-encoding')?.includes('gzip')
        ? new fetchAPI.Response(compressed, { headers: { ...headers, ...type, 'content-encoding': 'gzip' } })
        : new fetchAPI.Response(gunzipSync(compressed), { headers: { ...headers, ...type } });
      endResponse(body);
    },
  };
}
