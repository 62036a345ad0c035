import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually, openSocket } from '../../support/socket-client.ts';
import { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from '../../support/trace-receiver.ts';

const main = new URL('../../../dist/main.js', import.meta.url).pathname;
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

/** Each test starts a process, which may be slow on a busy machine. */
const timeoutMs = 60_000;
vi.setConfig({ testTimeout: timeoutMs });

let receiver: TraceReceiver;
let folder: string;
let child: ChildProcessByStdio<null, Readable, Readable> | null = null;
let output = '';

beforeEach(async () => {
  receiver = await startTraceReceiver();
  folder = mkdtempSync(join(tmpdir(), 'tickql-'));
  output = '';
});

afterEach(async () => {
  if (child?.exitCode === null) child.kill('SIGKILL');
  child = null;
  rmSync(folder, { recursive: true });
  await receiver.close();
});

/** Runs the built server and resolves with its address. On exit it prints how many files of OpenTelemetry were loaded. */
async function start(env: Readonly<Record<string, string>>): Promise<string> {
  const spy = join(folder, 'spy.cjs');
  const find = `Object.keys(require.cache).filter((file) => file.includes('@opentelemetry'))`;
  writeFileSync(spy, `process.on('exit', () => require('fs').writeSync(1, 'loaded ' + ${find}.length + '\\n'));`);
  const started = spawn(process.execPath, ['--require', spy, main], {
    env: { PATH: process.env.PATH, PORT: '0', LINGER_MS: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  started.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  started.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  await eventually(() => output.includes('is ready') || started.exitCode !== null, timeoutMs);
  return /http:\/\/(localhost:\d+\/graphql)/.exec(output)?.[1] ?? '';
}

async function stop(): Promise<number | null> {
  const exited = child ? once(child, 'close') : null;
  child?.kill('SIGTERM');
  await exited;
  return child?.exitCode ?? null;
}

async function post(address: string, query: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const response = await fetch(`http://${address}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  await response.text();
}

function spanOf(name: string): ReceivedSpan | undefined {
  return receiver.spans.find((span) => span.name === name);
}

const tracingEnv = (endpoint: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_BSP_SCHEDULE_DELAY: '50',
});

test('requests over HTTP and operations over sockets become spans of the traces that they name', async () => {
  const address = await start({
    ...tracingEnv(receiver.endpoint),
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  });
  await post(address, 'query Mine { ticker(exchange: "sim", symbol: "BTC/USDT") { last } }', { traceparent });
  await post(address, '{ nope(key: "secret") }');
  const socket = await openSocket(`ws://${address}`);
  const query = 'subscription { tickerUpdated(exchange: "sim", symbol: "BTC/USDT") { last } }';
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, extensions: { traceparent } } }));
  await once(socket, 'message');
  socket.terminate();
  await eventually(() => spanOf('subscription tickerUpdated') !== undefined, timeoutMs);

  const ticker = spanOf('query ticker');
  expect(ticker).toMatchObject({
    traceId,
    parentSpanId: 'b7ad6b7169203331',
    kind: 2,
    status: { code: 0 },
    attributes: {
      'http.request.method': 'POST',
      'url.path': '/graphql',
      'http.response.status_code': 200,
      'graphql.operation.type': 'query',
      'tickql.operation': 'ticker',
    },
    resource: { 'service.name': 'tickql', 'deployment.environment': 'test' },
  });
  const call = receiver.spans.find((span) => span.name === 'call sim' && span.traceId === traceId);
  expect(call).toMatchObject({
    kind: 3,
    parentSpanId: ticker?.spanId,
    attributes: { 'tickql.exchange': 'sim', 'tickql.outcome': 'ok' },
  });
  const invalid = spanOf('POST invalid');
  expect(invalid?.attributes).toMatchObject({ 'error.type': 'BAD_USER_INPUT' });
  expect(invalid?.status.code).toBe(0);
  expect(invalid?.traceId).not.toBe(traceId);
  expect(invalid?.parentSpanId ?? '').toBe('');
  expect(spanOf('subscription tickerUpdated')).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331', kind: 2 });
  expect(JSON.stringify(receiver.spans)).not.toMatch(/secret|Mine|BTC/);
  expect(await stop()).toBe(0);
});

test('remaining spans are sent when the server stops, as protobuf by default', async () => {
  const address = await start({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.endpoint}/v1/traces`,
    OTEL_BSP_SCHEDULE_DELAY: '600000',
  });
  await post(address, '{ exchanges { id } }');
  expect(receiver.contentTypes).toEqual([]);
  expect(await stop()).toBe(0);
  expect(receiver.contentTypes).toEqual(['application/x-protobuf']);
});

test('an unreachable collector is logged once, and the server still answers and stops', async () => {
  const away = await startTraceReceiver();
  await away.close();
  const address = await start({ ...tracingEnv(away.endpoint), OTEL_EXPORTER_OTLP_TIMEOUT: '200' });
  for (let round = 0; round < 3; round++) {
    await post(address, '{ exchanges { id } }');
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await eventually(() => output.includes('traces cannot be sent'), timeoutMs);
  expect(await stop()).toBe(0);
  expect(output.match(/traces cannot be sent/g)).toHaveLength(1);
});

test.each([
  ['no variable turns traces on', () => ({})],
  ['OTEL_SDK_DISABLED is true', () => ({ ...tracingEnv(receiver.endpoint), OTEL_SDK_DISABLED: 'true' })],
  ['OTEL_TRACES_EXPORTER is none', () => ({ ...tracingEnv(receiver.endpoint), OTEL_TRACES_EXPORTER: 'none' })],
])('OpenTelemetry is not loaded when %s', async (_when, env) => {
  const address = await start(env());
  await post(address, '{ exchanges { id } }', { traceparent });
  expect(await stop()).toBe(0);
  expect(output).toContain('loaded 0\n');
  expect(receiver.contentTypes).toEqual([]);
});
