import { Agent } from 'node:http';
import { startBuiltServer } from './built-server.ts';
import type { HotLoadCommand, HotLoadReport, KindReport } from './hot-load.ts';
import { post } from './post.ts';
import { type BenchProcess, start } from './processes.ts';
import type { VenueCommand, VenueReport } from './servers/binance.ts';
import type { QueryCommand, QueryReport } from './servers/query-driver.ts';

// How long clients wait that ask for the same values again and again, with default settings, and how old the values are.
// The exchanges answer after 300 ms. ccxt keeps to their limits: one of them accepts only one call per second.

const seconds = Number(process.env.SECONDS ?? 12);
const warmUpSeconds = Number(process.env.WARM_UP_SECONDS ?? 6);
const delayMs = Number(process.env.DELAY_MS ?? 300);
const ttlMs = 1000;

interface Distant {
  readonly id: 'binance' | 'kraken';
  readonly about: string;
  readonly quote: string;
  /** Ten of its markets. */
  readonly bases: readonly string[];
}

const distants: readonly Distant[] = [
  {
    id: 'binance',
    about: 'an exchange that accepts many calls',
    quote: 'USDT',
    bases: ['BTC', 'ETH', 'BNB', 'SOL', 'XRP', 'ADA', 'DOGE', 'TRX', 'DOT', 'LINK'],
  },
  {
    id: 'kraken',
    about: 'one call per second',
    quote: 'USD',
    bases: ['BTC', 'ETH', 'SOL', 'XRP', 'ADA', 'DOT', 'LINK', 'LTC', 'DOGE', 'USDT'],
  },
];

const tickerFields = 'symbol last bid ask receivedAt';

/** The requests, by name. */
function toRequests({ id, quote, bases }: Distant): Readonly<Record<'one' | 'tickers' | 'candles' | 'book', string>> {
  const symbols = bases.map((base) => `${base}/${quote}`);
  const market = `exchange: "${id}", symbol: "${symbols[0]}"`;
  const queries = {
    one: `{ ticker(${market}) { ${tickerFields} } }`,
    tickers: `{ tickers(exchange: "${id}", symbols: ${JSON.stringify(symbols)}) { ${tickerFields} } }`,
    candles: `{ candles(${market}, timeframe: "1m", limit: 100) { timestamp open high low close volume closed } }`,
    book: `{ orderBook(${market}, limit: 20) { receivedAt bids { price amount } asks { price amount } } }`,
  };
  const toBody = (query: string): string => JSON.stringify({ query });
  return {
    one: toBody(queries.one),
    tickers: toBody(queries.tickers),
    candles: toBody(queries.candles),
    book: toBody(queries.book),
  };
}

const load = start<HotLoadCommand, HotLoadReport>('./hot-load');

async function askAtRate(port: number, bodies: readonly string[], duration: number): Promise<readonly KindReport[]> {
  load.send({ type: 'rate', port, bodies, seconds: duration });
  return (await load.wait('rate')).kinds;
}

async function flood(port: number, body: string, duration: number): Promise<number> {
  load.send({ type: 'flood', port, bodies: [body], seconds: duration });
  return (await load.wait('flood')).perSecond;
}

async function countCalls(venue: BenchProcess<VenueCommand, VenueReport>): Promise<number> {
  venue.send({ type: 'count' });
  return (await venue.wait('count')).others;
}

function printRow(cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

function toCells({ p50, p99, oldestMs }: KindReport): readonly string[] {
  return [`${p50.toFixed(1)} ms`, `${p99.toFixed(1)} ms`, oldestMs === null ? '' : `${oldestMs} ms`];
}

/** The plain server, which sends the answer that this server has given. */
async function startPlain(port: number, body: string): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const plain = start<QueryCommand, QueryReport>('./servers/query-node-http');
  const ready = await plain.wait('ready');
  const agent = new Agent();
  const data = await post(port, JSON.parse(body).query, { agent });
  plain.send({ type: 'serve', body: JSON.stringify({ data }) });
  await plain.wait('serving');
  return { port: ready.port, stop: plain.stop };
}

async function measureWaits(distant: Distant): Promise<void> {
  const venue = start<VenueCommand, VenueReport>('./servers/distant', [distant.id, String(delayMs)]);
  const { config } = await venue.wait('ready');
  const server = await startBuiltServer({ exchanges: { [distant.id]: { ...config } } });
  const { tickers, candles, book } = toRequests(distant);
  const kinds = [
    { name: 'ten tickers', body: tickers },
    { name: 'the newest 100 candles', body: candles },
    { name: 'an order book', body: book },
  ];
  const rows = [...kinds.map((kind) => [kind]), kinds];
  for (const row of rows) {
    const bodies = row.map(({ body }) => body);
    await askAtRate(server.port, bodies, warmUpSeconds);
    venue.send({ type: 'reset' });
    await venue.wait('reset');
    const reports = await askAtRate(server.port, bodies, seconds);
    const calls = await countCalls(venue);
    const most = Math.ceil((row.length * seconds * 1000) / (ttlMs + delayMs)) + row.length;
    for (const [index, { name }] of row.entries()) {
      const report = reports[index];
      const sum = index === 0 ? [`${calls}`, `${most}`] : ['', ''];
      if (report) printRow([distant.about, row.length > 1 ? `${name}, with all` : name, ...toCells(report), ...sum]);
    }
  }
  const plain = await startPlain(server.port, tickers);
  const [report] = await askAtRate(plain.port, [tickers], seconds / 2);
  if (report) printRow(['plain node:http', 'ten tickers, prepared bytes', ...toCells(report).slice(0, 2), '', '', '']);
  await plain.stop();
  await server.stop();
  await venue.stop();
}

async function measureThroughput(distant: Distant): Promise<void> {
  const venue = start<VenueCommand, VenueReport>('./servers/distant', [distant.id, String(delayMs)]);
  const { config } = await venue.wait('ready');
  const { one, tickers } = toRequests(distant);
  for (const ttl of ['1000', '60000']) {
    const server = await startBuiltServer({
      env: { TICKER_TTL_MS: ttl },
      exchanges: { [distant.id]: { ...config } },
    });
    for (const [name, body] of [
      ['one ticker', one],
      ['ten tickers', tickers],
    ] as const) {
      await flood(server.port, body, 4);
      const plain = await startPlain(server.port, body);
      await flood(plain.port, body, 1);
      const [own, peer] = [await flood(server.port, body, 5), await flood(plain.port, body, 5)];
      await plain.stop();
      const per = (value: number): string => Math.round(value).toLocaleString('en');
      printRow([name, ttl, per(own), per(peer), `${(own / peer).toFixed(2)} ×`]);
    }
    await server.stop();
  }
  await venue.stop();
}

process.stdout.write(
  `\n32 connections ask every 50 ms for ${seconds} s; each call to the exchange takes ${delayMs} ms, without its wait in ccxt's throttle.\n` +
    'The last column is one call for each time to live and call time.\n\n',
);
printRow(['exchange', 'asked for', 'p50', 'p99', 'oldest value', 'calls', 'at most']);
printRow(['---', '---', '---', '---', '---', '---', '---']);
for (const distant of distants) await measureWaits(distant);
process.stdout.write(
  '\nRequests per second over 32 connections, beside a plain node:http server with prepared bytes\n\n',
);
printRow(['asked for', 'TICKER_TTL_MS', 'TickQL', 'node:http', 'of node:http']);
printRow(['---', '---', '---', '---', '---']);
const [first] = distants;
if (first) await measureThroughput(first);
await load.stop();
