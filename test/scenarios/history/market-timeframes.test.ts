import { afterAll, beforeAll, expect, test } from 'vitest';
import { periodStart } from '../../../src/market/timeframe.ts';
import { createStandIn, type StandIn } from '../../support/exchange/stand-in.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';
import { answerAsKucoin, kucoinGranularities } from '../../venues/others/kucoin-candles.ts';

const dayMs = 86_400_000;
const market = 'exchange: "kucoin", symbol: "NEW/USDT:USDT"';

let standIn: StandIn;
let running: AppServer;

beforeAll(async () => {
  standIn = await createStandIn('kucoin', answerAsKucoin({ now: Date.now, listedAt: Date.now() - 30 * dayMs }));
  running = await startServer({ config: { exchangeOptions: { kucoin: standIn.options }, lingerMs: 0 } });
});

afterAll(async () => {
  await running.stop();
  await standIn.close();
});

const granularities = (): readonly number[] =>
  standIn.requests.flatMap(({ query }) => (query.granularity === undefined ? [] : [Number(query.granularity)]));

test('a market reports its own timeframes', async () => {
  const { data, errors } = await running.query(
    `{ exchange(id: "kucoin") { timeframes } market(${market}) { timeframes } spot: market(exchange: "sim", symbol: "BTC/USDT") { timeframes exchange { timeframes } } }`,
  );
  expect(errors).toEqual([]);
  expect(data.market.timeframes).toEqual('1m 5m 15m 30m 1h 2h 4h 8h 12h 1d 1w'.split(' '));
  expect(data.exchange.timeframes).toEqual(expect.arrayContaining(['6h', '1M']));
  expect(data.spot.timeframes).toEqual(data.spot.exchange.timeframes);
});

test.each(['6h', '1M'])('a query for %s is built from the timeframes of the market', async (timeframe) => {
  const { data, errors } = await running.query(
    `{ candles(${market}, timeframe: "${timeframe}", limit: 2) { timestamp } market(${market}) { candles(timeframe: "${timeframe}", limit: 2) { timestamp } } }`,
  );
  expect(errors).toEqual([]);
  expect(data.candles.at(-1).timestamp).toBe(periodStart(timeframe, Date.now()));
  expect(data.market.candles).toEqual(data.candles);
  for (const granularity of granularities()) expect(kucoinGranularities).toContain(granularity);
});

test('a subscription to such candles is built too', async () => {
  standIn.reset();
  const client = connect(running.webSocketUrl);
  const operation = subscribe(
    client,
    `subscription { candleUpdated(${market}, timeframe: "6h") { timestamp closed } }`,
  );
  await operation.until(1);
  expect(operation.results[0]?.data?.candleUpdated.timestamp).toBe(periodStart('6h', Date.now()));
  expect(granularities().length).toBeGreaterThan(0);
  expect(new Set(granularities())).toEqual(new Set([120]));
  await client.dispose();
  await eventually(() => running.app.counts.subscriptions === 0);
});

test('a timeframe that cannot be built is refused with the timeframes of the market', async () => {
  const { errors } = await running.query(`{ candles(${market}, timeframe: "7s", limit: 2) { timestamp } }`);
  expect(errors).toMatchObject([{ extensions: { code: 'TIMEFRAME_NOT_SUPPORTED', symbol: 'NEW/USDT:USDT' } }]);
  expect(errors[0]?.extensions.suggestions).not.toContain('6h');
});
