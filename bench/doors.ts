import { Agent } from 'node:http';
import { type BuiltServer, startBuiltServer } from './built-server.ts';
import { ask, type DoorRequest, flood } from './door-load.ts';
import { median, start } from './processes.ts';
import type { VenueCommand, VenueReport } from './servers/binance.ts';

// What the same answer costs at each door, in turn within one run: CPU time of the server per request. The server has
// default settings, and each call to the exchange takes 100 ms.

const rounds = Number(process.env.ROUNDS ?? 3);
const seconds = Number(process.env.SECONDS ?? 3);
const delayMs = Number(process.env.DELAY_MS ?? 100);

interface Door {
  readonly name: string;
  readonly request: DoorRequest;
}

const market = 'exchange: "binance", symbol: "BTC/USDT"';
const tickerFields = 'symbol last bid ask percentage receivedAt stale';

function graphql(query: string): DoorRequest {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  return { method: 'POST', path: '/graphql', headers, body: JSON.stringify({ query }) };
}

function graphqlGet(query: string): DoorRequest {
  const headers = { accept: 'application/json' };
  return { method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}`, headers, body: '' };
}

function rest(path: string, accept = 'application/json'): DoorRequest {
  return { method: 'GET', path, headers: { accept }, body: '' };
}

function tool(name: string, args: Readonly<Record<string, unknown>>): DoorRequest {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-06-18',
  };
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
  return { method: 'POST', path: '/mcp', headers, body: JSON.stringify(call) };
}

const given = { exchange: 'binance', symbol: 'BTC/USDT' };

/** The first door of each list is the peer. */
const answers: readonly { readonly name: string; readonly doors: readonly Door[] }[] = [
  {
    name: 'one ticker',
    doors: [
      { name: 'GraphQL, POST', request: graphql(`{ ticker(${market}) { ${tickerFields} } }`) },
      { name: 'GraphQL, GET', request: graphqlGet(`{ ticker(${market}) { ${tickerFields} } }`) },
      { name: 'REST', request: rest('/api/ticker/binance/BTC/USDT') },
      { name: 'MCP', request: tool('get_ticker', given) },
    ],
  },
  {
    name: '500 candles',
    doors: [
      { name: 'GraphQL, POST', request: graphql(`{ ohlcv(${market}, timeframe: "1h", limit: 500) }`) },
      { name: 'REST, JSON', request: rest('/api/candles/binance/BTC/USDT?timeframe=1h&limit=500') },
      { name: 'REST, CSV', request: rest('/api/candles/binance/BTC/USDT?timeframe=1h&limit=500', 'text/csv') },
    ],
  },
  {
    name: '100 candles',
    doors: [
      { name: 'GraphQL, POST', request: graphql(`{ ohlcv(${market}, timeframe: "1h", limit: 100) }`) },
      { name: 'MCP', request: tool('get_candles', { ...given, timeframe: '1h', limit: 100 }) },
    ],
  },
];

interface Sample {
  readonly micros: number;
  readonly perSecond: number;
  readonly bytes: number;
}

async function measure(server: BuiltServer, { request }: Door): Promise<Sample> {
  await flood(server.port, request, seconds / 3);
  const before = server.cpuMs();
  const report = await flood(server.port, request, seconds);
  const micros = ((server.cpuMs() - before) * 1000) / report.requests;
  return { micros, perSecond: report.requests / report.seconds, bytes: report.bytes };
}

function printRow(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

const venue = start<VenueCommand, VenueReport>('./servers/distant', ['binance', String(delayMs)]);
const { config } = await venue.wait('ready');

process.stdout.write(
  `\n16 connections, ${rounds} rounds of ${seconds} s, medians; each call to the exchange takes ${delayMs} ms\n\n`,
);
printRow(['answer', 'door', 'CPU per request', 'of GraphQL', 'requests per second', 'bytes']);
printRow(['---', '---', '---', '---', '---', '---']);
const server = await startBuiltServer({ exchanges: { binance: { ...config } } });
for (const { name, doors } of answers) {
  const samples = doors.map((): Sample[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, door] of doors.entries()) samples[index]?.push(await measure(server, door));
  }
  const costs = samples.map((of) => median(of.map(({ micros }) => micros)));
  for (const [index, door] of doors.entries()) {
    const cost = costs[index] ?? Number.NaN;
    const perSecond = median((samples[index] ?? []).map((sample) => sample.perSecond));
    printRow([
      index === 0 ? name : '',
      door.name,
      `${cost.toFixed(0)} µs`,
      index === 0 ? '' : `${(cost / (costs[0] ?? Number.NaN)).toFixed(2)} ×`,
      Math.round(perSecond).toLocaleString('en'),
      (samples[index]?.[0]?.bytes ?? 0).toLocaleString('en'),
    ]);
  }
}
await server.stop();
await venue.stop();

// A long file, from sim, which needs no exchange: what it costs in memory.
const rows = Number(process.env.ROWS ?? 200_000);
const simulated = await startBuiltServer();
const agent = new Agent();
const file = (limit: number): DoorRequest =>
  rest(`/api/candles/sim/BTC/USDT?timeframe=1m&since=2025-01-01&limit=${limit}&format=csv`);
await ask(simulated.port, file(20_000), agent);
const rssBefore = simulated.rss();
let highest = rssBefore;
const watch = setInterval(() => {
  highest = Math.max(highest, simulated.rss());
}, 20);
const begunAt = performance.now();
const bytes = await ask(simulated.port, file(rows), agent);
const ms = performance.now() - begunAt;
clearInterval(watch);
agent.destroy();
await simulated.stop();
const toMegabytes = (count: number): string => (count / 1_048_576).toFixed(1);
process.stdout.write(
  `\n${rows.toLocaleString('en')} rows of CSV: ${toMegabytes(bytes)} MB in ${(ms / 1000).toFixed(1)} s; ` +
    `the memory of the server grew from ${toMegabytes(rssBefore)} to ${toMegabytes(highest)} MB meanwhile\n`,
);
