import { afterEach, beforeEach, expect, test } from 'vitest';
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
  expect(await response.text()).toBe(
    'This server has nothing at this path. Its paths are: /graphql, /, /health, /ready, /metrics.\n',
  );
});
