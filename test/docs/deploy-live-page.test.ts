import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, createCertificate } from '../support/programs/certificate.ts';
import { type DeployedProxy, proxyKinds } from '../support/programs/deployed-proxy.ts';
import { createHttpsRequests, type HttpsRequests } from '../support/programs/https-requests.ts';
import { type AppServer, startServer } from '../support/server.ts';

const kinds = proxyKinds.filter(({ isInstalled }) => isInstalled || process.env.CI);

describe.each(kinds)('the live page behind $name', ({ start }) => {
  let certificate: Certificate;
  let running: AppServer;
  let proxy: DeployedProxy;
  let requests: HttpsRequests;

  beforeAll(async () => {
    certificate = createCertificate();
    running = await startServer({ config: { trustedProxies: 1 } });
    proxy = await start(running.port, certificate);
    requests = createHttpsRequests(proxy.httpsPort, certificate.cert);
  });

  afterAll(async () => {
    await proxy.program.close();
    await running.stop();
    certificate.remove();
  });

  test('may connect to the host that the browser knows', async () => {
    const page = await requests.send('/', { headers: { accept: 'text/html' } });
    expect(page.headers['content-security-policy']).toMatch(/connect-src 'self' .*wss:\/\/localhost(?: |;|$)/);
    expect(page.text).toContain('<title>');
  });

  test.each(['br', 'gzip'])('passes as it is, compressed once: %s', async (coding) => {
    const headers = { host: 'localhost', 'accept-encoding': coding };
    const { text } = await running.send({ path: '/' });
    const assets = [...text.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(assets.length).toBeGreaterThan(1);
    for (const path of ['/', '/icon.svg', ...assets]) {
      const direct = await running.send({ path, headers });
      const passed = await requests.send(path, { headers });
      expect(passed.body.equals(direct.body)).toBe(true);
      for (const name of ['content-encoding', 'content-length', 'cache-control', 'etag', 'vary'])
        expect([path, name, passed.headers[name]]).toEqual([path, name, direct.headers[name]]);
      expect(passed.headers['content-encoding']).toBe(coding);
      const again = { headers: { ...headers, 'if-none-match': passed.headers.etag ?? '' } };
      expect((await requests.send(path, again)).status).toBe(304);
    }
  });
});
