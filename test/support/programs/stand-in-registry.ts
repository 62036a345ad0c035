import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

export interface StandInRegistryOptions {
  /** The package.json of the package that only this registry has. */
  readonly manifest: Readonly<Record<string, unknown>> & { readonly name: string; readonly version: string };
  readonly tarball: Buffer;
  /** Where all other packages are. */
  readonly upstream: string;
}

export interface StandInRegistry {
  readonly url: string;
  close(): void;
}

/** A registry with one package. Requests for all others are sent on. */
export async function startStandInRegistry(options: StandInRegistryOptions): Promise<StandInRegistry> {
  const { manifest, tarball, upstream } = options;
  const { name, version } = manifest;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path === `/${name}`) {
      const dist = {
        tarball: `${url}/${name}.tgz`,
        integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      };
      // Registries find out whether a tarball has an npm-shrinkwrap.json, and npm believes only them.
      const versions = { [version]: { ...manifest, _hasShrinkwrap: true, dist } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
    } else if (path === `/${name}.tgz`) response.end(tarball);
    else response.writeHead(302, { location: new URL(path, upstream).href }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    url,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
