import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema } from '../../../src/graphql/schema/schema.ts';
import { historicalPath } from '../../../src/server/rest/historical-route.ts';
import { createResources } from '../../../src/server/rest/resources.ts';
import { createStreamResources } from '../../../src/server/rest/stream-resources.ts';
import { toTemplate } from '../../../src/server/rest/unknown-path-route.ts';
import { type AppServer, startServer } from '../../support/server.ts';

let server: AppServer;

beforeAll(async () => {
  server = await startServer({ config: { exchanges: ['sim'], apiKeys: ['a-key-of-this-test'] } });
});

afterAll(() => server.stop());

const authorization = 'Bearer a-key-of-this-test';

test('the document has every path of the REST API, and no other', async () => {
  const { status, text } = await server.send({ path: '/api/openapi.json', headers: { authorization } });
  expect(status).toBe(200);
  const { paths, security } = JSON.parse(text);
  const routes = [...createResources(schema), ...createStreamResources(schema)].map(({ path }) => toTemplate(path));
  expect(Object.keys(paths).sort()).toEqual([...routes, historicalPath].sort());
  expect(security).toEqual([{ apiKey: [] }]);
});

test.each(['/api', '/api/openapi.json'])('%s needs a key, and is not sent twice', async (path) => {
  expect((await server.send({ path })).status).toBe(401);
  const first = await server.send({ path, headers: { authorization } });
  expect([first.status, first.headers['cache-control']]).toEqual([200, 'private, no-cache']);
  const etag = String(first.headers.etag);
  const second = await server.send({ path, headers: { authorization, 'if-none-match': etag } });
  expect([second.status, second.text]).toEqual([304, '']);
});

test.each([
  ['/api/', '/api'],
  ['/api/?from=bookmark', '/api'],
  ['/api/openapi.json/', '/api/openapi.json'],
])(
  '%s, at which relative addresses would be wrong, leads to %s, also behind the prefix of a proxy',
  async (path, to) => {
    const { status, headers } = await server.send({ path, headers: { authorization } });
    expect(status).toBe(302);
    for (const base of ['http://localhost:4000', 'https://example.com/market/data']) {
      expect(new URL(String(headers.location), `${base}${path}`).href).toBe(`${base}${to}`);
    }
    expect((await server.send({ path })).status).toBe(401);
  },
);

test('the page loads nothing and runs nothing', async () => {
  const { headers, text } = await server.send({ path: '/api', headers: { authorization, accept: 'text/html' } });
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).not.toContain('script-src');
  expect(text.replace(`<link rel="icon" href="data:,">`, '')).not.toMatch(/<script|<link|<img|\bsrc=|@import|url\(/i);
  for (const { operationId } of createResources(schema)) expect(text).toContain(`id="${operationId}"`);
});
