import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppServer, startServer } from '../../support/server.ts';

const hour = 3_600_000;
const end = Math.floor(Date.now() / hour) * hour - 24 * hour;
const spot = { exchange: 'sim', symbol: 'BTC/USDT' };
const swap = { exchange: 'sim', symbol: 'BTC/USDT:USDT' };

let server: AppServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: the shape of structured content is up to its tool
async function call(name: string, values: object): Promise<any> {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: values } });
  const { text } = await server.send({ method: 'POST', path: '/mcp', headers, body });
  const { content, structuredContent } = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text).result;
  if (!structuredContent) throw new Error(content[0].text);
  return structuredContent;
}

/** The times of all rows on all pages that follow from the first one, in the order of time. */
async function timesOf(tool: string, rows: string, values: object, isBackward: boolean): Promise<readonly number[]> {
  const pages: number[][] = [];
  let next: object | null = {};
  while (next !== null && pages.length < 50) {
    const data = await call(tool, { ...values, ...next });
    pages.push(data[rows].map(({ datetime }: { readonly datetime: string }) => Date.parse(datetime)));
    next = data.cut?.next ?? null;
  }
  expect(pages.length).toBeGreaterThan(2);
  return (isBackward ? pages.reverse() : pages).flat();
}

const ofRsi = { of: [{ kind: 'RSI' }, { kind: 'MACD' }] };

test.each([
  ['get_candles', 'candles', { ...spot, timeframe: '1h' }, 1],
  ['get_indicators', 'rows', { ...spot, timeframe: '1h', ...ofRsi }, 1],
  ['get_open_interest_history', 'history', { ...swap, timeframe: '1h' }, 1],
  ['get_funding_history', 'payments', swap, 8],
] as const)('the pages of %s have every row once, forwards', async (tool, rows, values, hours) => {
  const since = Math.ceil(end / (8 * hour)) * 8 * hour - 250 * hours * hour;
  const until = since + 250 * hours * hour;
  const times = await timesOf(tool, rows, { ...values, since, until, limit: 97 }, false);
  expect(times).toEqual(Array.from({ length: 250 }, (_, index) => since + index * hours * hour));
});

test.each([
  ['get_candles', 'candles', { ...spot, timeframe: '1m' }, 1 / 60],
  ['get_indicators', 'rows', { ...spot, timeframe: '1h', ...ofRsi }, 1],
  ['get_open_interest_history', 'history', { ...swap, timeframe: '1h' }, 1],
  ['get_funding_history', 'payments', swap, 8],
] as const)('the pages of %s lead back in time without a gap', async (tool, rows, values, hours) => {
  const until = Math.floor(end / (8 * hour)) * 8 * hour;
  const step = hours * hour;
  const times: number[] = [];
  let next: object = { until };
  for (let page = 0; page < 3; page += 1) {
    const data = await call(tool, { ...values, limit: 450, ...next });
    times.unshift(...data[rows].map(({ datetime }: { readonly datetime: string }) => Date.parse(datetime)));
    expect(data.cut.requested).toBe(450);
    next = data.cut.next;
  }
  expect(times).toEqual(Array.from({ length: times.length }, (_, index) => until - (times.length - index) * step));
});
