import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createDescriptorLog,
  readDescriptorLimit,
  toLimitWarning,
  toMaxConnections,
} from '../../../src/app/descriptor-limit.ts';
import { isOutOfDescriptors } from '../../../src/base/file-descriptors.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually } from '../../support/socket-client.ts';
import { createBinance } from '../../venues/binance/binance.ts';
import { createKraken } from '../../venues/kraken/kraken.ts';
import type { Venue } from '../../venues/venue.ts';

/** Takes every file descriptor that is left, and gives all back at the next signal. */
const hog = `
  import { openSync, closeSync } from 'node:fs';
  const taken = [];
  process.on('SIGUSR2', () => {
    if (taken.length > 0) for (const each of taken.splice(0)) closeSync(each);
    else try { for (;;) taken.push(openSync('/dev/null')); } catch {}
    process.stderr.write(taken.length > 0 ? 'taken\\n' : 'given back\\n');
  });`;

let binance: Venue;
let kraken: Venue;
let server: BuiltServer;
let agent: Agent;
let sockets: Socket[];

describe('the built server', () => {
  beforeEach(async () => {
    binance = await createBinance();
    kraken = await createKraken();
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    sockets = [];
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    agent.destroy();
    await server.stop();
    await Promise.all([binance.close(), kraken.close()]);
  });

  /** Starts the server as on a system that allows only this many descriptors. */
  async function start(limit: number): Promise<void> {
    // One of the exchanges has a host name, which is looked up.
    const named: unknown = JSON.parse(JSON.stringify(kraken.exchangeConfig).replaceAll('127.0.0.1', 'localhost'));
    server = await startServer({
      built: {
        env: { SHUTDOWN_DELAY_MS: '0', TICKER_TTL_MS: '0' },
        exchangeFile: { binance: binance.exchangeConfig, kraken: named },
        preload: hog,
        toCommand: (program) => ['bash', '-c', `ulimit -n ${limit}; exec "$0" "$@"`, ...program],
      },
    });
  }

  /** What a page holds, over the one connection of this test. */
  async function send(path: string): Promise<string> {
    const asked = request({ agent, host: '127.0.0.1', port: server.port, path });
    asked.end();
    const [response] = await once(asked, 'response');
    return text(response);
  }

  /** Asks over that connection too. */
  async function ask(query: string): Promise<{ readonly data: unknown; readonly errors?: readonly unknown[] }> {
    const headers = { 'content-type': 'application/json' };
    const asked = request({ agent, host: '127.0.0.1', port: server.port, path: '/graphql', method: 'POST', headers });
    asked.end(JSON.stringify({ query }));
    const [response] = await once(asked, 'response');
    return JSON.parse(await text(response));
  }

  const tickerOf = (exchange: string, symbol: string) =>
    ask(`{ ticker(exchange: "${exchange}", symbol: "${symbol}") { symbol stale } }`);

  const fresh = (symbol: string) => ({ data: { ticker: { symbol, stale: false } } });

  const hasWritten = (words: string) => eventually(() => server.output.includes(words));

  async function hogSays(word: string): Promise<void> {
    const before = server.output.length;
    server.child.kill('SIGUSR2');
    await eventually(() => server.output.slice(before).includes(word));
  }

  test('with 256 descriptors and 300 sockets exchanges are called as usual, and the log names the limit', async () => {
    await start(256);
    await hasWritten('This server has file descriptors for only 128 connections, fewer than MAX_SOCKETS (20000)');
    expect(await ask('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    let closed = 0;
    for (let count = 0; count < 300; count += 1) {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.on('close', () => {
        closed += 1;
      });
      sockets.push(socket);
    }
    await eventually(() => closed === 173);
    expect(await tickerOf('binance', 'BTC/USDT')).toEqual(fresh('BTC/USDT'));
    expect(await tickerOf('kraken', 'BTC/USD')).toEqual(fresh('BTC/USD'));
    expect(await tickerOf('sim', 'BTC/USDT')).toEqual(fresh('BTC/USDT'));
    await hasWritten(
      'Raise the limit of file descriptors, now 256 (ulimit -n, LimitNOFILE of systemd, ulimits of Docker).',
    );
    expect(server.output.match(/Connections of clients are refused/g)).toHaveLength(1);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => (await fetch(`${server.origin}/health`).catch(() => null))?.status === 200);
  });

  test('the server starts with 200 descriptors, although its code is in four times as many files', async () => {
    await start(200);
    expect(await ask('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  });

  test('without any descriptors clients and the log receive the reason, and the server recovers as soon as there are some', async () => {
    await start(256);
    // One exchange is known already, the others are not.
    expect(await tickerOf('binance', 'BTC/USDT')).toEqual(fresh('BTC/USDT'));
    await binance.goDown();
    await binance.comeUp();
    const taken = server.output.length;
    await hogSays('taken');
    for (const [exchange, symbol] of [
      ['kraken', 'BTC/USD'],
      ['sim', 'BTC/USDT'],
      ['binance', 'ETH/USDT'],
    ] as const) {
      const { errors } = await tickerOf(exchange, symbol);
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining(`${exchange} could not be called: this server has no file descriptors left`),
          extensions: { code: 'OVERLOADED', retryable: true, exchange },
        },
      ]);
    }
    await send('/metrics');
    // Who comes anew cannot be let in, and harms nobody.
    const stranger = connect(server.port, '127.0.0.1');
    stranger.on('error', () => {});
    sockets.push(stranger);
    expect(await ask('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    await eventually(() => server.output.slice(taken).includes('out of file descriptors'));
    const written = server.output.slice(taken);
    await hogSays('given back');
    expect(await tickerOf('kraken', 'BTC/USD')).toEqual(fresh('BTC/USD'));
    expect(await tickerOf('sim', 'BTC/USDT')).toEqual(fresh('BTC/USDT'));
    expect(await tickerOf('binance', 'ETH/USDT')).toEqual(fresh('ETH/USDT'));
    expect(await send('/metrics')).toMatch(/process_open_fds \d+/);
    expect(written.match(/out of file descriptors/g)).toHaveLength(1);
    expect(written).not.toMatch(/options|masked|failed with|left alone/);
  });

  test('indicators, whose library is loaded with the first query, are there as soon as there are descriptors', async () => {
    await start(256);
    const indicators = () =>
      ask('{ indicators(exchange: "sim", symbol: "BTC/USDT", limit: 1, of: { kind: RSI }) { series { name } } }');
    expect(await tickerOf('sim', 'BTC/USDT')).toEqual(fresh('BTC/USDT'));
    await hogSays('taken');
    expect((await indicators()).errors).toMatchObject([
      {
        message: 'This server has no file descriptors left to load the indicators. Try again later.',
        extensions: { code: 'OVERLOADED', retryable: true },
      },
    ]);
    await hogSays('given back');
    expect(await indicators()).toEqual({ data: { indicators: { series: [{ name: 'RSI(14)' }] } } });
  });

  test('an exchange that could not be called for lack of descriptors is called again, whatever its id', async () => {
    await start(256);
    for (const [exchange, symbol] of [
      ['binance', 'BTC/USDT'],
      ['kraken', 'BTC/USD'],
    ] as const) {
      expect(await tickerOf(exchange, symbol)).toEqual(fresh(symbol));
    }
    expect(await send('/metrics')).toMatch(/process_open_fds \d+/);
    for (const venue of [binance, kraken]) {
      await venue.goDown();
      await venue.comeUp();
    }
    await hogSays('taken');
    for (let count = 0; count < 10; count += 1) {
      for (const [exchange, symbol] of [
        ['binance', 'ETH/USDT'],
        ['kraken', 'ETH/USD'],
      ] as const) {
        const { errors } = await tickerOf(exchange, symbol);
        expect(errors).toMatchObject([{ extensions: { code: 'OVERLOADED', retryable: true, exchange } }]);
      }
    }
    const metrics = await send('/metrics');
    expect(metrics).toContain('process_cpu_user_seconds_total');
    expect(metrics).toMatch(/tickql_upstream_calls_total\{exchange="binance",outcome="OUT_OF_DESCRIPTORS"\} [1-9]/);
    expect(metrics).not.toMatch(/outcome="(?:CIRCUIT_OPEN|EXCHANGE_UNAVAILABLE|TIMEOUT)"/);
    await hogSays('given back');
    expect(await tickerOf('binance', 'ETH/USDT')).toEqual(fresh('ETH/USDT'));
    expect(await tickerOf('kraken', 'ETH/USD')).toEqual(fresh('ETH/USD'));
  });
});

test('the limit is read from the system if it reports one', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'tickql-')), 'limits');
  const line = (limit: string) => `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${limit}    files\n`;
  writeFileSync(file, line('1024                 4096'));
  expect(readDescriptorLimit(file)).toBe(1024);
  writeFileSync(file, line('unlimited            unlimited'));
  expect(readDescriptorLimit(file)).toBeNull();
  rmSync(dirname(file), { recursive: true });
  expect(readDescriptorLimit(file)).toBeNull();
});

test('exchanges keep half of a low limit, and a thousand descriptors of a high one', () => {
  expect([64, 256, 1024, 4096, 1_048_576].map(toMaxConnections)).toEqual([32, 128, 512, 3072, 1_047_552]);
  expect(toLimitWarning(null, 20_000)).toBeNull();
  expect(toLimitWarning(21_024, 20_000)).toBeNull();
  expect(toLimitWarning(21_023, 20_000)).toContain('This server has file descriptors for only 19999 connections');
});

test.each([
  [Object.assign(new Error('x'), { code: 'EMFILE' }), true],
  [Object.assign(new Error('x'), { code: 'ENFILE' }), true],
  [new Error('connect EMFILE 127.0.0.1:80 - Local (undefined:undefined)'), true],
  [new TypeError('fetch failed', { cause: new Error('getaddrinfo EMFILE api.example') }), true],
  [new AggregateError([new Error('x'), Object.assign(new Error('y'), { code: 'EMFILE' })]), true],
  [new Error('Cannot read package config /a/package.json: too many open files'), true],
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), false],
  ['EMFILE', false],
  [null, false],
])('%s: %s', (error, expected) => {
  expect(isOutOfDescriptors(error)).toBe(expected);
});

test('the log names the resource that runs out, with the limit if it is known', () => {
  const lines: (readonly [string, object, string])[] = [];
  const throttled = {
    write: (level: string, _key: string, fields: object, message: string) => {
      lines.push([level, fields, message]);
      return true;
    },
  };
  const log = createDescriptorLog(throttled, null);
  expect(log.onError(new Error('another'))).toBe(false);
  expect(log.onError(new Error('connect EMFILE'))).toBe(true);
  log.onRefusal();
  expect(lines.map(([level, fields]) => [level, fields])).toEqual([
    ['error', { code: 'EMFILE', limit: null }],
    ['error', { code: 'EMFILE', limit: null }],
  ]);
  expect(lines[0]?.[2]).toMatch(/out of file descriptors.*\(ulimit -n, LimitNOFILE of systemd, ulimits of Docker\)\.$/);
});

test('a lack of descriptors is not reported as a failure of a proxy or of DNS', async () => {
  const program = `
    import { closeSync, openSync } from 'node:fs';
    import { lookup } from 'node:dns/promises';
    const dist = process.argv[1];
    const { toOpeningError } = await import(dist + 'exchange/http/opening-error.js');
    const { ProxyTunnels } = await import(dist + 'exchange/proxy/tunnels.js');
    const proxyOf = (protocol, host) => ({ option: 'a', protocol, host, port: 9, user: '', password: '' });
    const target = { host: 'exchange.example', port: 443 };
    const failureOf = (protocol, host) => new ProxyTunnels(proxyOf(protocol, host), 5000).open(target, null).catch((error) => error.name);
    const notFound = Object.assign(new Error('getaddrinfo EAI_AGAIN a'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' });
    const refused = Object.assign(new Error('connect ECONNREFUSED a'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const askAll = async () => [
      toOpeningError(notFound).name, toOpeningError(refused).name,
      await failureOf('http', '127.0.0.1'), await failureOf('http', 'localhost'), await failureOf('socks5', '127.0.0.1'),
    ];
    const taken = [];
    try { for (;;) taken.push(openSync('/dev/null')); } catch {}
    const without = await askAll();
    for (const each of taken) closeSync(each);
    console.log(JSON.stringify({ without, having: await askAll() }));`;
  const command = 'ulimit -n 200; exec "$0" "$@"';
  const parts = [
    process.execPath,
    '--input-type=module',
    '-e',
    program,
    new URL('../../../dist/', import.meta.url).href,
  ];
  const { stdout } = spawn('bash', ['-c', command, ...parts], { stdio: ['ignore', 'pipe', 'inherit'] });
  const out = 'DescriptorsError';
  const proxy = 'ProxyError';
  expect(JSON.parse(await text(stdout))).toEqual({
    without: [out, 'Error', out, out, out],
    having: ['Error', 'Error', proxy, proxy, proxy],
  });
});
