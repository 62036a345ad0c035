import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallOutcome } from '../../../src/exchange/access/call-listeners.ts';
import { connect, requireError, type VenueClientOptions } from '../../support/exchange/venue-client.ts';
import type { Fault } from '../../venues/faults.ts';

const symbol = 'BTC/USD';

async function start(options: VenueClientOptions = {}) {
  const outcomes: CallOutcome[] = [];
  const connection = await connect('kraken', {
    timeoutMs: 5000,
    random: () => 0,
    onCall: (_, outcome) => outcomes.push(outcome),
    ...options,
  });
  onTestFinished(connection.close);
  await connection.data.fetchMarkets('kraken');
  connection.venue.reset();
  outcomes.length = 0;
  const ask = async () => (await connection.data.fetchTickers('kraken', [symbol])).get(symbol);
  return { ...connection, outcomes, ask };
}

const hiccups: readonly Fault[] = [
  { kind: 'cut' },
  { kind: 'cut-body' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 520 },
];

describe('a transient failure', () => {
  it.each(hiccups)('is not visible to the caller: %j', async (fault) => {
    const { venue, outcomes, ask } = await start();
    venue.fault({ ...fault, times: 1 });
    expect(await ask()).toMatchObject({ symbol, stale: false });
    expect(venue.count()).toBe(2);
    expect(outcomes).toEqual(['EXCHANGE_UNAVAILABLE', 'ok']);
  });

  it('is not visible while markets are loaded for the first time', async () => {
    const { venue, exchanges, data, close } = await connect('kraken', { timeoutMs: 5000 });
    onTestFinished(close);
    venue.fault({ kind: 'cut', times: 1 });
    expect((await data.fetchMarkets('kraken')).size).toBeGreaterThan(0);
    expect(exchanges.statuses).toEqual([
      { exchange: 'kraken', queued: 0, running: 0, circuit: 'closed', unnamedMarkets: 0 },
    ]);
  });

  it('is retried once', async () => {
    const { venue, ask } = await start();
    venue.fault({ kind: 'status', status: 503 });
    expect(requireError(await ask()).code).toBe('EXCHANGE_UNAVAILABLE');
    expect(venue.count()).toBe(2);
  });
});

describe('no retry', () => {
  it.each<Fault>([
    { kind: 'status', status: 503, headers: { 'retry-after': '1' } },
    { kind: 'status', status: 429 },
    { kind: 'status', status: 403 },
    { kind: 'status', status: 404 },
    { kind: 'status', status: 504 },
    { kind: 'garbage' },
    { kind: 'status', status: 200, body: { error: ['EService:Market in cancel_only mode'] } },
  ])('of what a retry does not help, or is asked not to be: %j', async (fault) => {
    const { venue, ask } = await start();
    venue.fault(fault);
    requireError(await ask());
    expect(venue.count()).toBe(1);
  });

  it('when the exchange is failing already', async () => {
    const { venue, ask } = await start();
    venue.fault({ kind: 'cut' });
    await ask();
    venue.reset();
    await ask();
    expect(venue.count()).toBe(1);
  });

  it('for calls that fail together', async () => {
    const { venue, client } = await start();
    venue.fault({ kind: 'cut' });
    const calls = Array.from({ length: 4 }, () => client.call((ccxt) => ccxt.fetchTicker(symbol)));
    await Promise.allSettled(calls);
    expect(venue.count()).toBe(4);
  });

  it('when less than half of the deadline would remain', async () => {
    const { venue, ask } = await start({ timeoutMs: 1000, random: () => 0.99 });
    venue.delayMs = 250;
    venue.fault({ kind: 'status', status: 503, times: 1 });
    expect(requireError(await ask()).code).toBe('EXCHANGE_UNAVAILABLE');
    expect(venue.count()).toBe(1);
  });

  it('after the client was closed', async () => {
    const { venue, ask, exchanges } = await start({ random: () => 0.99 });
    venue.fault({ kind: 'status', status: 503 });
    const asked = ask();
    await expect.poll(() => venue.count(), { interval: 1 }).toBe(1);
    await exchanges.close();
    requireError(await asked);
    expect(venue.count()).toBe(1);
  });
});
