import { toMarketDataError } from '../../../src/exchange/access/errors.ts';
import { ccxtErrors } from '../../../src/exchange/ccxt/load-ccxt.ts';
import type { MarketDataError } from '../../../src/market/errors.ts';
import { createGate } from '../../../src/server/access/gate.ts';
import type { RawAnswer, RawRequest } from '../server/running-server.ts';
import { startServer } from '../server.ts';

const json = { 'content-type': 'application/json' };

/** Requests that a server with the built-in exchange refuses. */
const refused: readonly RawRequest[] = [
  { path: '/api/candles/sim/BTC-USDT?timeframe=1h&limit=0' },
  { path: '/api/ticker/sim/BTC-USDX' },
  { path: '/api/ticker/sim/BTC-USDT', headers: { accept: 'image/png' } },
  { path: '/api/historical', method: 'POST', headers: json, body: ' '.repeat(2_000_000) },
  { path: '/api/historical', method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' },
];

const subject = { exchange: 'kraken', symbol: 'BTC/USDT' };

/** Errors of ccxt with which a ticker can fail. */
const failures: readonly MarketDataError[] = [
  toMarketDataError(new ccxtErrors.BadResponse('<html>'), subject),
  toMarketDataError(new ccxtErrors.OnMaintenance('until noon'), subject, { status: 503, retryAfterMs: 30_000 }),
  toMarketDataError(new ccxtErrors.RequestTimeout('10000 ms'), subject),
];

/** The problem details of each status with which the REST API refuses requests. */
export async function recordProblems(): Promise<Readonly<Record<string, string>>> {
  const answers = [
    ...(await answerAll({ config: { exchanges: ['sim'] } }, refused)),
    ...(await answerAll({ config: { exchanges: ['sim'], apiKeys: ['a-key-of-this-test'] } }, [{ path: ticker }])),
    await exceedQuota(),
    ...(await fail()),
  ];
  const problems = answers.map(({ status, text }) => [status, text] as const).sort(([a], [b]) => a - b);
  return Object.fromEntries(problems);
}

const ticker = '/api/ticker/kraken/BTC-USDT';

async function answerAll(
  options: Parameters<typeof startServer>[0] & object,
  requests: readonly RawRequest[],
): Promise<readonly RawAnswer[]> {
  await using server = await startServer(options);
  return await Promise.all(requests.map((request) => server.send(request)));
}

/** A quota whose minute ends in twelve seconds. */
async function exceedQuota(): Promise<RawAnswer> {
  const points = async () => ({ consumedPoints: 601, msBeforeNext: 12_000 });
  const createLimiter = async () => ({ penalty: points, reward: points, get: points });
  await using server = await startServer({ fake: { gate: createGate({ requestsPerMinute: 600, createLimiter }) } });
  return await server.send({ path: ticker });
}

async function fail(): Promise<readonly RawAnswer[]> {
  await using server = await startServer({ fake: {} });
  const answers: RawAnswer[] = [];
  for (const failure of failures) {
    server.marketData.set(subject.symbol, failure);
    answers.push(await server.send({ path: ticker }));
  }
  server.marketData.fetchTickers = () => Promise.reject(new TypeError('a mistake in the server'));
  return [...answers, await server.send({ path: ticker })];
}
