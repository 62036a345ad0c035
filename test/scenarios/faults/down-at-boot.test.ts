import { afterEach, beforeEach, expect, test } from 'vitest';
import { createStands, healthyMarkets, type Stands, sickMarkets } from '../../support/faults/fault-scene.ts';
import { type AppServer, startServer } from '../../support/server.ts';
import { connect, eventually, subscribe } from '../../support/socket-client.ts';

const patienceMs = 45_000;

let stands: Stands;
let running: AppServer;

beforeEach(async () => {
  stands = await createStands();
  await stands.sick.goDown();
  running = await startServer({
    config: {
      lingerMs: 50,
      pollIntervalMs: 100,
      upstreamTimeoutMs: 3000,
    },
    venues: { [sickMarkets.exchange]: stands.sick, [healthyMarkets.exchange]: stands.healthy },
  });
});

afterEach(async () => {
  await running.stop();
  await Promise.all([stands.sick.close(), stands.healthy.close()]);
});

test('an exchange that is down when the server starts recovers by itself', { timeout: 2 * patienceMs }, async () => {
  const client = connect(running.webSocketUrl);
  const { exchange, btc, eth } = sickMarkets;
  const sickTicker = `{ ticker(exchange: "${exchange}", symbol: "${btc}") { last stale } }`;
  const document = `subscription { tickerUpdated(exchange: "${exchange}", symbol: "${eth}") { last source stale } }`;
  const refused = subscribe(client, document);
  await refused.ended();
  expect(refused.results[0]?.errors?.[0]?.extensions).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
  const waiting = subscribe(client, document);
  expect((await running.query(sickTicker)).errors[0]?.extensions).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  const healthyTicker = `{ ticker(exchange: "${healthyMarkets.exchange}", symbol: "${healthyMarkets.btc}") { last } }`;
  expect((await running.query(healthyTicker)).errors).toEqual([]);
  expect(stands.sick.count()).toBe(0);

  await eventually(() => running.app.counts.topics > 0);
  await stands.sick.comeUp();
  const last = () => waiting.results.at(-1)?.data?.tickerUpdated;
  // Nobody asks: the subscription that was there before finds out, and streams in the end.
  let price = 1;
  await eventually(() => {
    price += 1;
    stands.sick.setTicker(eth, { last: String(price) });
    return last()?.source === 'STREAM';
  }, patienceMs);
  expect(last()).toMatchObject({ stale: false });
  expect(waiting.completed).toBe(false);
  expect(await running.query(sickTicker)).toMatchObject({
    data: { ticker: { last: 65_000, stale: false } },
    errors: [],
  });
  await client.dispose();
});
