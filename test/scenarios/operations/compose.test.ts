import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAddressReader } from '../../../src/server/access/address.ts';
import { createGate } from '../../../src/server/access/gate.ts';
import { findFreePort, type LoopbackProgram } from '../../support/programs/loopback-program.ts';
import { hasNginx, startNginxWith } from '../../support/programs/nginx.ts';
import { findRedis } from '../../support/programs/redis.ts';
import { createRequests, type ServerRequests } from '../../support/server/running-server.ts';
import { type FakeServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';
import { openStream } from '../../support/stream-client.ts';

const read = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const query = '{ ticker(exchange: "kraken", symbol: "BTC/USD") { last } }';
const subscription = 'subscription { tickerUpdated(exchange: "kraken", symbol: "BTC/USD") { last } }';

describe.runIf(hasNginx || process.env.CI)('the balancer of compose.yaml', () => {
  let servers: FakeServer[];
  let nginx: LoopbackProgram;
  let balancer: ServerRequests;

  beforeEach(async () => {
    const start = async (last: number): Promise<FakeServer> => {
      const gate = createGate({ requestsPerMinute: 20, addressOf: createAddressReader(1) });
      const server = await startServer({ fake: { gate } });
      server.marketData.set('BTC/USD', { last });
      return server;
    };
    servers = await Promise.all([start(1), start(2)]);
    nginx = await startNginxWith((port, folder) =>
      read('ops/nginx.conf')
        .replaceAll('server tickql-1:4000', `server 127.0.0.1:${servers[0]?.port}`)
        .replaceAll('server tickql-2:4000', `server 127.0.0.1:${servers[1]?.port}`)
        .replace('listen 8080', `listen 127.0.0.1:${port}`)
        .replace('worker_processes auto', 'worker_processes 1')
        .replace('worker_connections 30000', 'worker_connections 500')
        .replace(/^worker_rlimit_nofile .+$/m, '')
        .replaceAll('/tmp/', `${folder}/`),
    );
    balancer = createRequests(nginx.port);
  });

  afterEach(async () => {
    await nginx.close();
    await Promise.all(servers.map((server) => server.stop()));
  });

  const set = (last: number): void => {
    for (const { marketData } of servers) marketData.set('BTC/USD', { last });
  };

  test('passes queries to both instances, and metrics of none', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => balancer.query(query)));
    expect(new Set(answers.map(({ data }) => data.ticker.last))).toEqual(new Set([1, 2]));
    for (const path of ['/metrics', '/metrics/']) {
      const { status, text } = await balancer.send({ path });
      expect([path, status, text.includes('nginx')]).toEqual([path, 404, true]);
    }
    expect((await balancer.send({ path: '/health' })).status).toBe(200);
  });

  test('compresses answers, and passes long queries in the URL', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const path = `/graphql?query=${encodeURIComponent(`${'# '.padEnd(9000, 'x')}\n{ __schema { types { name } } }`)}`;
    const { status, headers: received } = await balancer.send({ path, headers });
    expect([status, received['content-encoding']]).toEqual([200, 'gzip']);
  });

  test('passes WebSockets and event streams, each message when it is made', async () => {
    const client = connect(balancer.webSocketUrl);
    const over = subscribe(client, subscription);
    await over.until(1);
    const stream = await openStream(balancer.url, subscription, { headers: { 'accept-encoding': 'gzip' } });
    for (const last of [11, 12, 13]) {
      set(last);
      await eventually(() => stream.text.includes(`"last":${last}}`));
      await eventually(() => over.results.some(({ data }) => data?.tickerUpdated.last === last));
    }
    expect(servers.map((server) => server.counts.operations)).toEqual([1, 1]);
    stream.leave();
    await client.dispose();
    await eventually(() => servers.every((server) => server.counts.operations === 0));
  });

  test('passes the address of the client, which quotas then count', async () => {
    const ask = (address: string) => balancer.post(query, { 'x-forwarded-for': address });
    const statuses = [];
    for (let count = 0; count < 45; count += 1) statuses.push((await ask('203.0.113.1')).status);
    // All of them come from this machine: what the client says itself counts for nothing.
    expect(statuses.filter((status) => status === 200)).toHaveLength(40);
    expect((await ask('203.0.113.2')).status).toBe(429);
  });

  test('sends requests to the other instance while one is stopped', async () => {
    await Promise.all(Array.from({ length: 6 }, () => balancer.query(query)));
    await servers[0]?.stop();
    for (let count = 0; count < 6; count += 1) {
      const { status, data } = await balancer.query(query);
      expect([status, data?.ticker.last]).toEqual([200, 2]);
    }
  });

  test('an instance that is back serves at once, if the other one then stops', async () => {
    await servers[0]?.stop();
    for (let count = 0; count < 4; count += 1) await balancer.query(query);
    const back = createServer((_request, response) => response.end('back')).listen(servers[0]?.port, '127.0.0.1');
    await once(back, 'listening');
    await servers[1]?.stop();
    const answers = [];
    for (let count = 0; count < 4; count += 1) answers.push(await balancer.send({ path: '/health' }));
    back.closeAllConnections();
    back.close();
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe.runIf(findRedis() || process.env.CI)('the Redis of compose.yaml', () => {
  const [, script = ''] = /^ {6}- \|\n((?: {8}.+\n)+)/m.exec(read('compose.yaml')) ?? [];
  const children: ChildProcess[] = [];

  /** Runs what the container would run, on another port. */
  function start(port: number, password: string): ChildProcess {
    const command = script.replace(/^ {8}/gm, '').replaceAll('$$', '$').replace('save ""', `port ${port}\nsave ""`);
    const child = spawn('sh', ['-c', command], { env: { PATH: process.env.PATH, REDIS_PASSWORD: password } });
    children.push(child);
    return child;
  }

  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });

  const ask = async (port: number, password: string, ...words: readonly string[]): Promise<string> => {
    const child = spawn('redis-cli', ['-p', String(port), ...words], {
      env: { PATH: process.env.PATH, REDISCLI_AUTH: password },
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
    });
    await once(child, 'close');
    return text.trim();
  };

  test('has the password and the memory policy that a cluster needs, and stores nothing', async () => {
    const port = await findFreePort();
    start(port, 'secret7');
    await eventually(async () => (await ask(port, 'secret7', 'ping')) === 'PONG');
    expect(await ask(port, 'wrong', 'ping')).toContain('NOAUTH');
    expect(await ask(port, 'secret7', 'config', 'get', 'maxmemory*')).toContain('maxmemory-policy\nnoeviction');
    expect(await ask(port, 'secret7', 'config', 'get', 'save')).toBe('save');
  });

  test('does not start without a password', async () => {
    const child = start(await findFreePort(), '');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });
});
