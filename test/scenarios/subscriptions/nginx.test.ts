import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createGunzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LoopbackProgram } from '../../support/programs/loopback-program.ts';
import { hasNginx, type NginxOptions, startNginx } from '../../support/programs/nginx.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';

const query = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USD") { last } }';

describe.runIf(hasNginx || process.env.CI)('server-sent events behind nginx', () => {
  let server: FakeServer;
  let nginx: LoopbackProgram | null = null;

  beforeEach(async () => {
    server = await startServer({ fake: {} });
    server.marketData.set('BTC/USD', { last: 1 });
  });

  afterEach(async () => {
    await nginx?.close();
    nginx = null;
    await server.stop();
  });

  async function ask(options: Omit<NginxOptions, 'behind'>, document: string): Promise<IncomingMessage> {
    nginx = await startNginx({ behind: server.port, ...options });
    const asking = request(`http://127.0.0.1:${nginx.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'accept-encoding': 'gzip' },
    });
    asking.end(JSON.stringify({ query: document }));
    const [response] = await once(asking, 'response');
    return response;
  }

  const configurations: Readonly<Record<string, Omit<NginxOptions, 'behind'>>> = {
    'as it comes': {},
    'that compresses event streams too': {
      http: 'gzip on; gzip_types application/json text/event-stream; gzip_proxied any;',
      location: 'proxy_http_version 1.1;',
    },
    'that buffers over HTTP/1.1': {
      location: 'proxy_cache off; proxy_buffering on; proxy_buffers 8 16k; proxy_http_version 1.1;',
    },
  };

  test.each(Object.keys(configurations))('%s come one by one, each when it is made', async (name) => {
    const response = await ask(configurations[name] ?? {}, query);
    expect(response.statusCode).toBe(200);
    let text = '';
    const isPacked = response.headers['content-encoding'] === 'gzip';
    const plain = isPacked ? response.pipe(createGunzip()) : response;
    plain.on('data', (chunk) => {
      text += String(chunk);
    });
    plain.on('error', () => {});
    // Each is made only when the one before has come through.
    for (let last = 1; last <= 3; last += 1) {
      server.marketData.set('BTC/USD', { last });
      await eventually(() => text.includes(`"last":${last}}`));
    }
    response.destroy();
    await eventually(() => server.counts.operations === 0);
  });

  test('that are refused keep their status and their body', async () => {
    const response = await ask({}, 'subscription { nope }');
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect([response.statusCode, response.headers['content-type']]).toEqual([400, 'application/json; charset=utf-8']);
    expect(text).toContain('Cannot query field');
  });
});
