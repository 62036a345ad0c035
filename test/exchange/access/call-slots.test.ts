import { expect, it } from 'vitest';
import { CallSlots } from '../../../src/exchange/access/call-slots.ts';
import type { HostPermit } from '../../../src/exchange/access/circuits.ts';
import { MarketDataError } from '../../../src/market/errors.ts';
import { connect, failureOf, loadMarkets } from '../../support/exchange/venue-client.ts';
import { ManualClock, settle } from '../../support/fakes/manual-clock.ts';

const subject = { exchange: 'kraken', symbol: 'BTC/USD' };
const admitted = { isProbe: false };

function permitOf(kind: HostPermit['kind']): HostPermit {
  return { host: 'api.kraken.com', kind, ofHost: admitted, ofKind: admitted };
}

function create() {
  const clock = new ManualClock();
  const options = { exchange: 'kraken', clock, concurrency: 10, maxWaiting: 100, timeoutMs: 10_000 };
  const refusal = () => new MarketDataError('RATE_LIMITED', 'kraken is limiting this server.');
  const slots = new CallSlots({ ...options, throttle: { paceMs: 0 } }, { hostOf: () => 'api.kraken.com', refusal });
  const entered: string[] = [];
  const acquire = async (name: string, isRenewal: boolean, kind: HostPermit['kind'] = 'spot') => {
    const slot = await slots.acquire(permitOf(kind), subject, isRenewal);
    entered.push(name);
    return slot;
  };
  return { clock, slots, entered, acquire };
}

it('lets one renewal per kind of market wait in the throttle, and other calls at once', async () => {
  const { clock, slots, entered, acquire } = create();
  const [first, second] = [acquire('first', true), acquire('second', true)];
  const others = [acquire('query', false), acquire('other kind', true, 'linear')];
  await settle();
  expect(entered.toSorted()).toEqual(['first', 'other kind', 'query']);
  expect([slots.running, slots.waiting]).toEqual([3, 1]);
  (await first).markSent();
  await settle();
  expect(entered).toContain('second');
  for (const slot of [first, second, ...others]) (await slot).release();
  await settle();
  expect([slots.running, slots.waiting, clock.pending]).toEqual([0, 0, 0]);
});

it('lets the next renewal in when one ends without a request', async () => {
  const { entered, acquire } = create();
  const [first, second] = [acquire('first', true), acquire('second', true)];
  (await first).release();
  (await second).release();
  expect(entered).toEqual(['first', 'second']);
});

it('refuses the renewals that wait, like other calls', async () => {
  const { clock, slots, acquire } = create();
  const running = await acquire('running', true);
  const waiting = failureOf(acquire('waiting', true));
  await settle();
  slots.refuseFor({ host: 'api.kraken.com', kind: 'spot' });
  expect((await waiting).code).toBe('RATE_LIMITED');
  const late = failureOf(acquire('late', true));
  await settle();
  slots.refuseAll(() => new MarketDataError('EXCHANGE_UNAVAILABLE', 'This server is stopping.'));
  expect((await late).code).toBe('EXCHANGE_UNAVAILABLE');
  running.release();
  await settle();
  expect([slots.running, slots.waiting, clock.pending]).toEqual([0, 0, 0]);
});

it("a query overtakes renewals that wait for their turn, with ccxt's own throttle", async () => {
  const connection = await connect('kraken', { options: { enableRateLimit: true, rateLimit: 30 } });
  await loadMarkets(connection);
  const { venue, client } = connection;
  venue.reset();
  const symbols = ['BTC/USD', 'ETH/USD', 'SOL/USD', 'XRP/USD', 'ADA/USD', 'DOT/USD'];
  const order: string[] = [];
  const fetchBook = async (symbol: string, from = client) => {
    await from.call((ccxt) => ccxt.fetchOrderBook(symbol, 10), { symbol });
    order.push(symbol);
  };
  const renewals = symbols.map((symbol) => fetchBook(symbol, client.renewing));
  await fetchBook('LINK/USD');
  await Promise.all(renewals);
  expect(order.indexOf('LINK/USD')).toBeLessThanOrEqual(2);
  expect(venue.count()).toBe(symbols.length + 1);
  expect(client.status).toMatchObject({ queued: 0, running: 0 });
  await connection.close();
});
