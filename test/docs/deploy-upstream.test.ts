import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Certificate, createCertificate } from '../support/programs/certificate.ts';
import { type DeployedProxy, proxyKinds, type Replacements } from '../support/programs/deployed-proxy.ts';
import { createHttpsRequests, type HttpsRequests } from '../support/programs/https-requests.ts';

/** A server that says what the proxy has sent, and that can fail. It stands for one or more instances of TickQL. */
class Upstream {
  readonly server: Server;
  /** How many requests it has received. */
  count = 0;
  /** The next requests that it receives on a connection which it then closes without an answer. */
  drops = 0;

  constructor() {
    this.server = createServer((request, response) => {
      this.count += 1;
      if (this.drops > 0) {
        this.drops -= 1;
        request.socket.destroy();
      } else if (request.url === '/problem') {
        response.writeHead(504, { 'content-type': 'application/problem+json' }).end('{"code":"TIMEOUT"}');
      } else if (request.url === '/broken') {
        response.writeHead(200, { 'content-type': 'text/csv' });
        response.write('timestamp,close\r\n'.repeat(1000), () => setImmediate(() => request.socket.destroy()));
      } else response.end(String(request.headers['x-forwarded-for']));
    }).listen(0, '127.0.0.1');
  }

  get port(): number {
    const address: AddressInfo | string | null = this.server.address();
    if (address === null || typeof address === 'string') throw new TypeError('no port');
    return address.port;
  }
}

/** The addresses of the CDN's servers, of which 127.0.0.1 is one. */
const behindCdn: Readonly<Record<string, Replacements>> = {
  nginx: [
    ['# set_real_ip_from 192.0.2.0/24;', 'set_real_ip_from 127.0.0.1;'],
    ['# real_ip_', 'real_ip_'],
  ],
  Caddy: [['# trusted_proxies 192.0.2.0/24', 'trusted_proxies 127.0.0.1']],
};

const kinds = proxyKinds.filter(({ isInstalled }) => isInstalled || process.env.CI);

describe.each(kinds)('$name in front of a server', ({ name, start }) => {
  let certificate: Certificate;
  let upstreams: readonly Upstream[];
  let proxy: DeployedProxy | null = null;

  beforeEach(async () => {
    certificate = createCertificate();
    upstreams = [new Upstream(), new Upstream()];
    await Promise.all(upstreams.map(({ server }) => once(server, 'listening')));
  });

  afterEach(async () => {
    await proxy?.program.close();
    proxy = null;
    for (const { server } of upstreams) {
      server.close();
      server.closeAllConnections();
    }
    certificate.remove();
  });

  async function startProxy(changes: Replacements = []): Promise<HttpsRequests> {
    proxy = await start(upstreams[0]?.port ?? 0, certificate, changes);
    return createHttpsRequests(proxy.httpsPort, certificate.cert);
  }

  test('a failure that the server reports is passed on', async () => {
    const { send } = await startProxy();
    const answer = await send('/problem', { headers: { accept: 'text/event-stream' } });
    expect([answer.status, answer.text]).toEqual([504, '{"code":"TIMEOUT"}']);
  });

  // Older versions of Caddy end the answer as if it were complete, which the page says.
  test.skipIf(name === 'Caddy' && isOldCaddy())('a download that breaks off is not taken for a whole one', async () => {
    const { send } = await startProxy();
    for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
      await expect(send('/broken', { headers })).rejects.toThrow(/aborted|ECONNRESET|socket hang up/);
    }
  });

  test('behind a CDN, clients have their own addresses, and those that bypass it cannot forge one', async () => {
    const { send } = await startProxy(behindCdn[name] ?? []);
    const trusted = name === 'nginx' ? 1 : 2;
    const read = async (localAddress: string, forwarded: string): Promise<string | undefined> => {
      const { text } = await send('/', { localAddress, headers: { 'x-forwarded-for': forwarded } });
      const entries = text.split(', ');
      return entries[Math.max(entries.length - trusted, 0)];
    };
    expect(await read('127.0.0.1', '198.51.100.7')).toBe('198.51.100.7');
    expect(await read('127.0.0.1', '203.0.113.9, 198.51.100.7')).toBe('198.51.100.7');
    // A CDN whose servers pass requests to each other.
    if (name === 'nginx') expect(await read('127.0.0.1', '198.51.100.7, 127.0.0.1')).toBe('198.51.100.7');
    expect(await read('127.0.0.2', '203.0.113.9')).toBe('127.0.0.2');
    expect(await read('127.0.0.2', '203.0.113.9, 203.0.113.10')).toBe('127.0.0.2');
  });

  test.runIf(name === 'nginx')('a request that fails is sent again, to another instance', async () => {
    const [first, second] = upstreams;
    const { send } = await startProxy([
      ['# server 127.0.0.1:4001', `server 127.0.0.1:${second?.port}`],
      ['# least_conn;', 'least_conn;'],
    ]);
    const options = { method: 'POST', headers: { 'content-type': 'application/json' } };
    for (let index = 0; index < 6; index += 1) {
      const failing = upstreams[index % 2];
      if (failing) failing.drops = 1;
      expect((await send('/graphql', options, '{}')).status).toBe(200);
      expect((await send('/graphql', options, '{}')).status).toBe(200);
    }
    expect(Math.min(first?.count ?? 0, second?.count ?? 0)).toBeGreaterThan(3);
  });
});

function isOldCaddy(): boolean {
  const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(execFileSync('/usr/bin/caddy', ['version']).toString()) ?? [];
  return Number(major) < 3 && Number(minor) < 8;
}
