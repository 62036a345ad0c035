import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type PagePolicy, pageHeaders } from '../http/messages/page-headers.ts';
import type { HandlePage } from '../routing/route.ts';
import { BuiltFile } from './files/built-file.ts';
import { revalidated, sendFile } from './files/send-file.ts';

/** The page from the build. It is complete, so that a browser loads nothing else, and compressed (9 MB without). */
const pageFile = new URL('../../../dist/graphiql.html', import.meta.url);

/** The hash of the page's script for a Content-Security-Policy, from the build. */
const scriptHashFile = new URL('../../../dist/graphiql.script-hash', import.meta.url);

/** GraphiQL, which a browser receives at the path of GraphQL. Throws if it was not built. */
export function createGraphiQL(): HandlePage {
  const page = new BuiltFile(fileURLToPath(pageFile));
  const headers = pageHeaders(toPolicy(readFileSync(scriptHashFile, 'utf8')));
  return (context) => {
    const vary = context.cors.headersFor(context.request, { vary: 'Accept, Accept-Encoding' });
    return sendFile(context, page, revalidated, { ...vary, ...headers });
  };
}

/** Allows the script from the build, the styles that it adds, the editor's workers, and requests to this server. */
function toPolicy(scriptHash: string): PagePolicy {
  return {
    'script-src': [`'${scriptHash}'`],
    'style-src': ["'unsafe-inline'"],
    'img-src': ['data:'],
    'font-src': ['data:'],
    'worker-src': ['blob:'],
    'connect-src': ["'self'"],
  };
}
