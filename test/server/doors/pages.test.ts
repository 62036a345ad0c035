import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ClusterState, createProbeRoutes } from '../../../src/server/doors/pages.ts';
import { createCors } from '../../../src/server/http/messages/cors.ts';
import { Readiness } from '../../../src/server/http/readiness.ts';
import { type AppServer, startServer } from '../../support/server.ts';

let running: AppServer;

beforeEach(async () => {
  running = await startServer();
});

afterEach(() => running.stop());

function get(path: string, method = 'GET'): Promise<Response> {
  return fetch(new URL(path, running.url), { method, redirect: 'manual' });
}

test.each([
  ['/health', 'ok'],
  ['/ready', 'ready'],
  ['/ready?from=balancer', 'ready'],
])('%s says %s, and no cache keeps it', async (path, status) => {
  const response = await get(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual({ status });
  const head = await get(path, 'HEAD');
  expect(head.status).toBe(200);
  expect(await head.text()).toBe('');
});

/** Serves the readiness check alone. */
async function serveReady(readiness: Readiness, clusterState: () => ClusterState): Promise<Server> {
  const route = createProbeRoutes(readiness, clusterState).find(({ path }) => path === '/ready');
  const server = createServer((request, response) =>
    route?.handle({ request, response, cors: createCors(null) }, {}),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('/ready says whether the server is a member of a cluster, and answers 200 while it is alone', async () => {
  const readiness = new Readiness();
  let cluster: ClusterState = 'joining';
  await using server = await serveReady(readiness, () => cluster);
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const ask = async (): Promise<readonly [number, unknown]> => {
    const response = await fetch(`http://127.0.0.1:${port}/ready`);
    return [response.status, await response.json()];
  };
  expect(await ask()).toEqual([503, { status: 'starting', cluster: 'joining' }]);
  readiness.markReady();
  cluster = 'member';
  expect(await ask()).toEqual([200, { status: 'ready', cluster: 'member' }]);
  cluster = 'alone';
  expect(await ask()).toEqual([200, { status: 'ready', cluster: 'alone' }]);
  readiness.markStopping();
  expect(await ask()).toEqual([503, { status: 'stopping', cluster: 'alone' }]);
});

test('the metrics have one path, so that a proxy can hide them', async () => {
  expect((await get('/metrics')).status).toBe(200);
  for (const path of ['/metrics/', '/metrics/?x=y', '//metrics', '/%6detrics', '/metrics/.%2f']) {
    expect([path, (await get(`${running.origin}${path}`)).status]).toEqual([path, 404]);
  }
});

test('a request with another method is answered with the allowed methods', async () => {
  const response = await get('/health', 'POST');
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
});

test.each([
  '/graphq',
  '/graphql//',
  '//graphql',
  '//graphql/',
  '/graphql/x',
  '/graphql/x/',
  '/healthz',
  '//',
  '/constructor',
])('%s is answered with the list of paths', async (path) => {
  const response = await fetch(`${new URL(running.url).origin}${path}`);
  expect(response.status).toBe(404);
  expect(await response.text()).toMatch(
    /^This server has nothing at this path\. Its paths are: \/graphql, \/, [\w/:*, .-]+, \/health, \/ready, \/metrics\.\n$/,
  );
});
