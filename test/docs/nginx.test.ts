import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PageFolder, writePageFiles } from '../support/page-code.ts';
import { findFreePort } from '../support/programs/loopback-program.ts';
import { type AppServer, startServer } from '../support/server.ts';
import { connect, eventually, subscribe } from '../support/socket-client.ts';

const nginx = '/usr/sbin/nginx';
const tickerUpdated = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';
const candles = '{ candles(exchange: "sim", symbol: "BTC/USDT", limit: 100) { open high low close } }';

describe.runIf(existsSync(nginx) || process.env.CI)('behind nginx', () => {
  let running: AppServer;
  let folder: PageFolder;
  let child: ChildProcess;
  let exited: Promise<unknown>;
  let url: string;

  beforeAll(async () => {
    running = await startServer({ config: { lingerMs: 0, trustedProxies: 1, requestsPerMinute: 1000 } });
    const port = await findFreePort();
    folder = writePageFiles({
      'tickql.conf': { 'listen 80': `listen 127.0.0.1:${port}`, '127.0.0.1:4000': new URL(running.url).host },
    });
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
    const main = ['daemon off;', 'pid nginx.pid;', 'error_log stderr;', 'events {}'];
    const http = ['http {', 'access_log off;', ...paths, 'include tickql.conf;', '}'];
    writeFileSync(join(folder.path, 'nginx.conf'), [...main, ...http].join('\n'));
    child = spawn(nginx, ['-p', folder.path, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'inherit' });
    exited = once(child, 'exit');
    url = `http://127.0.0.1:${port}/graphql`;
    await eventually(() =>
      fetch(url.replace('graphql', 'ready')).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  });

  afterAll(async () => {
    child.kill();
    await exited;
    await running.stop();
    folder.remove();
  });

  async function post(query: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    const body = JSON.stringify({ query });
    return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  }

  test.each(['application/json', 'application/graphql-response+json'])(
    'an answer of %s is compressed',
    async (accept) => {
      const response = await post(candles, { accept, 'accept-encoding': 'gzip', via: '1.1 cdn.example' });
      expect(response.headers.get('content-type')).toContain(accept);
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect((await response.json()).data.candles.length).toBe(100);
      const plain = await fetch(running.url, {
        method: 'POST',
        body: JSON.stringify({ query: candles }),
        headers: { 'content-type': 'application/json' },
      });
      expect(plain.headers.get('content-encoding')).toBeNull();
    },
  );

  test('a WebSocket goes through', async () => {
    const client = connect(url.replace('http', 'ws'));
    const operation = subscribe(client, tickerUpdated);
    await operation.until(2);
    operation.stop();
    await client.dispose();
    expect(operation.error).toBeNull();
  });

  test('events come one by one', async () => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'accept-encoding': 'gzip' };
    const asking = request(url, { method: 'POST', headers });
    asking.end(JSON.stringify({ query: tickerUpdated }));
    const [response] = await once(asking, 'response');
    const chunks: string[] = [];
    response.on('data', (chunk: unknown) => chunks.push(String(chunk)));
    // Buffered, as many as these would take a minute.
    await eventually(() => chunks.filter((chunk) => chunk.includes('event: next')).length > 3);
    response.destroy();
  });
});
