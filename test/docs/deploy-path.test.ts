import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoopbackProgram } from '../support/programs/loopback-program.ts';
import { hasNginx, startNginxWith } from '../support/programs/nginx.ts';
import { type AppServer, startServer } from '../support/server.ts';

const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
const locations = /^## Under a path$.*?^```nginx\n(.*?)^```$/ms.exec(page)?.[1] ?? '';

/** Reads the first match of a pattern with one group. */
const find = (pattern: RegExp, text: string): string => pattern.exec(text)?.[1] ?? '';

describe.skipIf(!hasNginx && !process.env.CI)('under a path, behind nginx', () => {
  let running: AppServer;
  let proxy: LoopbackProgram;
  let site: string;

  beforeAll(async () => {
    running = await startServer();
    proxy = await startNginxWith((port) => {
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
      site = `http://127.0.0.1:${port}`;
      return [
        'pid nginx.pid; error_log stderr; events {}',
        `http { access_log off; ${paths.join(' ')} proxy_set_header Host $http_host;`,
        `upstream tickql { server ${new URL(running.origin).host}; }`,
        `server { listen 127.0.0.1:${port}; ${locations} } }`,
      ].join('\n');
    });
  });

  afterAll(async () => {
    await proxy.close();
    await running.stop();
  });

  test.each(['/tickql', '/tickql/'])('%s leads to the live page, which finds its files there', async (path) => {
    const response = await fetch(`${site}${path}`, { headers: { accept: 'text/html' } });
    expect([response.status, response.url]).toEqual([200, `${site}/tickql/`]);
    const html = await response.text();
    const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address);
    expect(addresses).toEqual(expect.arrayContaining(['./icon.svg', './graphql', expect.stringMatching(/\.js$/)]));
    for (const address of addresses) {
      const file = await fetch(new URL(address, response.url), { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect([file.status, new URL(file.url).pathname]).toEqual([200, expect.stringMatching(/^\/tickql\/./)]);
      await file.arrayBuffer();
    }
  });

  test('without the live page, the redirect to GraphiQL stays under the path', async () => {
    await using server = await startServer({ config: { livePage: false } });
    const { headers } = await server.send({ path: '/' });
    expect(new URL(headers.location ?? '', `${site}/tickql/`).href).toBe(`${site}/tickql/graphql`);
  });

  test('a query and a resource are answered', async () => {
    const query = encodeURIComponent('{ exchange(id: "sim") { id } }');
    const answer = await fetch(`${site}/tickql/graphql?query=${query}`);
    expect(await answer.json()).toEqual({ data: { exchange: { id: 'sim' } } });
    for (const symbol of ['BTC-USDT', 'BTC/USDT', 'BTC%2FUSDT']) {
      const ticker = await fetch(`${site}/tickql/api/ticker/sim/${symbol}`);
      expect(await ticker.json()).toMatchObject({ symbol: 'BTC/USDT' });
    }
  });

  test('events and agents reach the server', async () => {
    const events = await fetch(`${site}/tickql/api/stream/ticker/sim/BTC-USDT`);
    const reader = events.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toMatch(/^retry: \d+\n/);
    await reader?.cancel();
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const tools = await fetch(`${site}/tickql/mcp`, { method: 'POST', headers, body });
    expect(await tools.text()).toContain('"tools":');
  });

  test('the page of the REST API links to the document, which says where the API is', async () => {
    const api = await fetch(`${site}/tickql/api`);
    const link = new URL(find(/href="([^"]*openapi\.json)"/, await api.text()), api.url);
    expect(link.href).toBe(`${site}/tickql/api/openapi.json`);
    const { servers } = JSON.parse(await (await fetch(link)).text());
    expect(new URL(servers[0].url, link).href).toBe(`${site}/tickql/`);
  });

  test.each(['/tickql/metrics', '/tickql/metrics/', '/tickql//metrics', '/tickql/%6Detrics', '/tickql/x/../metrics'])(
    '%s is not public',
    async (path) => {
      const response = await fetch(`${site}${path}`);
      expect([response.status, (await response.text()).includes('tickql_')]).toEqual([404, false]);
    },
  );
});
