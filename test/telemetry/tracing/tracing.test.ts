import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from '../../support/programs/trace-receiver.ts';
import { type BuiltServer, startServer } from '../../support/server.ts';
import { eventually, openSocket } from '../../support/socket-client.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

/** Each test starts a process, which takes long on a busy machine. */
const timeoutMs = 60_000;
vi.setConfig({ testTimeout: timeoutMs });

let receiver: TraceReceiver;
let server: BuiltServer;

beforeEach(async () => {
  receiver = await startTraceReceiver();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await receiver.close();
});

/** Prints how many modules of OpenTelemetry were loaded when the process ends. */
const countModules = `
  import { createRequire } from 'node:module';
  import { writeSync } from 'node:fs';
  const { cache } = createRequire('/');
  process.on('exit', () => {
    writeSync(1, 'loaded ' + Object.keys(cache).filter((file) => file.includes('@opentelemetry')).length + '\\n');
  });`;

async function start(env: Readonly<Record<string, string>>): Promise<void> {
  server = await startServer({ built: { env: { LINGER_MS: '0', ...env }, preload: countModules } });
}

async function post(query: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const response = await fetch(server.url, {
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
  await start({ ...tracingEnv(receiver.endpoint), OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test' });
  await post('query Mine { ticker(exchange: "sim", symbol: "BTC/USDT") { last } }', { traceparent });
  await post('{ nope(key: "secret") }');
  const socket = await openSocket(server.webSocketUrl);
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
  expect(await server.stop()).toBe(0);
  expect(server.output).toMatch(/^loaded [1-9]/m);
});

test('remaining spans are sent when the server stops, as protobuf by default', async () => {
  await start({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.endpoint}/v1/traces`,
    OTEL_BSP_SCHEDULE_DELAY: '600000',
  });
  await post('{ exchanges { id } }');
  expect(receiver.contentTypes).toEqual([]);
  expect(await server.stop()).toBe(0);
  expect(receiver.contentTypes).toEqual(['application/x-protobuf']);
});

test('an unreachable collector is logged once, and the server still answers and stops', async () => {
  const away = await startTraceReceiver();
  await away.close();
  await start({ ...tracingEnv(away.endpoint), OTEL_EXPORTER_OTLP_TIMEOUT: '200' });
  for (let round = 0; round < 3; round++) {
    await post('{ exchanges { id } }');
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await eventually(() => server.output.includes('traces cannot be sent'), timeoutMs);
  expect(await server.stop()).toBe(0);
  expect(server.output.match(/traces cannot be sent/g)).toHaveLength(1);
});

test.each([
  ['no variable turns traces on', () => ({})],
  ['OTEL_SDK_DISABLED is true', () => ({ ...tracingEnv(receiver.endpoint), OTEL_SDK_DISABLED: 'true' })],
  ['OTEL_TRACES_EXPORTER is none', () => ({ ...tracingEnv(receiver.endpoint), OTEL_TRACES_EXPORTER: 'none' })],
])('OpenTelemetry is not loaded when %s', async (_when, env) => {
  await start(env());
  await post('{ exchanges { id } }', { traceparent });
  expect(await server.stop()).toBe(0);
  expect(server.output).toContain('loaded 0\n');
  expect(receiver.contentTypes).toEqual([]);
});
