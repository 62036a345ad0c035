import { expect, it, onTestFinished } from 'vitest';
import { connect, failureOf, type VenueClient } from '../../support/exchange/venue-client.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const hourMs = 3_600_000;
const now = Date.UTC(2026, 2, 4, 12, 34, 56);
const query = { exchange: 'binance', symbol: 'BTC/USDT', limit: 5 } as const;

/** Binance's `trades` are single trades; those from an instant on are `aggTrades`. */
const newest = /\/trades\b/;
const older = /aggTrades.*startTime/;

async function start(): Promise<VenueClient> {
  const connection = await connect('binance', { clock: new ManualClock(now) });
  onTestFinished(connection.close);
  connection.venue.now = now;
  await connection.data.fetchMarkets('binance');
  return connection;
}

const since = now - hourMs;
const refused = { status: 400, body: { code: -1100, msg: 'Illegal characters found in a parameter.' } } as const;

it('trades from since on are returned when the call for the newest ones fails', async () => {
  const { data, venue } = await start();
  const expected = await data.fetchTrades({ ...query, since });
  expect(expected).toHaveLength(5);
  // Not a transient failure, after which the call would be retried.
  venue.fault({ kind: 'garbage', match: newest });
  expect(await data.fetchTrades({ ...query, since })).toEqual(expected);
});

it('the newest trades are returned if the exchange refuses older ones', async () => {
  const { data, venue } = await start();
  venue.fault({ kind: 'status', match: older, ...refused });
  const trades = await data.fetchTrades({ ...query, since });
  expect(trades).toHaveLength(5);
  expect(trades[0]?.timestamp).toBeGreaterThan(since);
});

it('but not if older ones may be available later', async () => {
  const { data, venue } = await start();
  venue.fault({ kind: 'garbage', match: older });
  expect(await failureOf(data.fetchTrades({ ...query, since }))).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE' });
});

it('the error of the call for the newest trades is reported if nothing else comes', async () => {
  const { data, venue } = await start();
  venue.fault({ kind: 'garbage', match: /rades/ });
  expect(await failureOf(data.fetchTrades({ ...query, since }))).toMatchObject({
    code: 'BAD_EXCHANGE_RESPONSE',
    retryable: true,
  });
});
