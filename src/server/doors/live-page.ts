import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HttpContext } from '../http/messages/http-context.ts';
import { ownSockets, type PagePolicy, pageHeaders } from '../http/messages/page-headers.ts';
import { sendText } from '../http/messages/send.ts';
import { httpStatus } from '../http/messages/statuses.ts';
import type { PageRoute } from '../routing/route.ts';
import { BuiltFile } from './files/built-file.ts';
import { immutable, revalidated, sendFile } from './files/send-file.ts';

/** The live page from the build. Vite writes the hash of a file into its name in `assets`, and not into other names. */
const folder = fileURLToPath(new URL('../../../dist/page', import.meta.url));

const start = 'index.html';

/** The live page, which has no data: what it shows, it requests from the API. Throws if it was not built. */
export function createLivePageRoutes(): readonly PageRoute[] {
  const names = listFiles(folder).filter((name) => name !== start);
  return [createStartRoute(), ...names.map(createFileRoute), createAssetsRoute()];
}

function createStartRoute(): PageRoute {
  const page = new BuiltFile(join(folder, start));
  return {
    kind: 'public',
    path: '/',
    handle: (context) => {
      const { host = '' } = context.request.headers;
      return sendFile(context, page, revalidated, pageHeaders(toPolicy(host)));
    },
  };
}

function createFileRoute(name: string): PageRoute {
  const file = new BuiltFile(join(folder, name));
  return { kind: 'public', path: `/${name}`, handle: (context) => sendFile(context, file, revalidated) };
}

/** One route for all, because each route has a label in the metrics. */
function createAssetsRoute(): PageRoute {
  const assets = new Map(
    listFiles(join(folder, 'assets')).map((name) => [name, new BuiltFile(join(folder, 'assets', name))]),
  );
  return {
    kind: 'public',
    path: '/assets/*file',
    handle: (context, { file = '' }) => {
      const asset = assets.get(file);
      return asset ? sendFile(context, asset, immutable) : sendNoAsset(context);
    },
  };
}

/** A page that was open during an update asks for files of the version before. */
function sendNoAsset(context: HttpContext): void {
  const message =
    'The live page has no such file. If TickQL was updated while the page was open, load the page again.\n';
  sendText(context, httpStatus.notFound, message);
}

/** Allows only files of this server, and requests to it. */
function toPolicy(host: string): PagePolicy {
  return {
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'", ...ownSockets(host)],
  };
}

/** The names of the files in a folder, apart from their compressed copies. */
function listFiles(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:br|gz)$/.test(entry.name))
    .map(({ name }) => name);
}
