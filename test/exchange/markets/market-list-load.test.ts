import { describe, expect, it, onTestFinished } from 'vitest';
import type { MissingMarketsStatus } from '../../../src/exchange/markets/missing-markets.ts';
import { connectLister } from '../../support/exchange/lister-client.ts';
import {
  connect,
  expectDiscreet,
  failureOf,
  requireError,
  type VenueClientOptions,
} from '../../support/exchange/venue-client.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';
import type { Fault } from '../../venues/faults.ts';

const second = 1000;
const minute = 60 * second;

async function startBinance(options: VenueClientOptions = {}) {
  const clock = new ManualClock();
  const missingMarkets: (MissingMarketsStatus | null)[] = [];
  const onMissingMarkets = (_: string, status: MissingMarketsStatus | null): void => void missingMarkets.push(status);
  const connection = await connect('binance', { clock, timeoutMs: 500, onMissingMarkets, ...options });
  onTestFinished(connection.close);
  const tickerOf = async (symbol: string) => (await connection.data.fetchTickers('binance', [symbol])).get(symbol);
  return { ...connection, clock, missingMarkets, tickerOf };
}

const kinds = [
  { kind: 'spot', path: /^\/api\//, symbol: 'BTC/USDT', others: ['BTC/USDT:USDT', 'BTC/USD:BTC'] },
  { kind: 'linear', path: /^\/fapi\//, symbol: 'BTC/USDT:USDT', others: ['BTC/USDT', 'BTC/USD:BTC'] },
  { kind: 'inverse', path: /^\/dapi\//, symbol: 'BTC/USD:BTC', others: ['BTC/USDT', 'BTC/USDT:USDT'] },
] as const;

describe.each(kinds)('a first list without its $kind part', ({ kind, path, symbol, others }) => {
  it.each<{ fault: Fault; code: string; pauseMs: number }>([
    { fault: { kind: 'status', status: 503 }, code: 'EXCHANGE_UNAVAILABLE', pauseMs: 10 * second },
    {
      fault: { kind: 'status', status: 503, headers: { 'retry-after': '90' } },
      code: 'EXCHANGE_UNAVAILABLE',
      pauseMs: 90 * second,
    },
    { fault: { kind: 'status', status: 403 }, code: 'GEO_BLOCKED', pauseMs: 10 * minute },
    { fault: { kind: 'status', status: 451 }, code: 'GEO_BLOCKED', pauseMs: 10 * minute },
    { fault: { kind: 'status', status: 429, headers: { 'retry-after': '60' } }, code: 'RATE_LIMITED', pauseMs: minute },
    { fault: { kind: 'status', status: 404 }, code: 'BAD_EXCHANGE_RESPONSE', pauseMs: 10 * second },
    { fault: { kind: 'garbage' }, code: 'BAD_EXCHANGE_RESPONSE', pauseMs: 10 * second },
    { fault: { kind: 'truncated' }, code: 'BAD_EXCHANGE_RESPONSE', pauseMs: 10 * second },
  ])('has the others, names the kind, and is tried again by itself: $fault', async ({ fault, code, pauseMs }) => {
    const { venue, data, clock, missingMarkets, tickerOf, exchanges } = await startBinance({ timeoutMs: 2000 });
    venue.fault({ ...fault, match: path });
    // A retry after a transient failure waits for the clock.
    const loading = data.fetchMarkets('binance');
    await expect.poll(() => venue.count(), { interval: 5 }).toBe(3);
    await clock.advance(300);
    const markets = await loading;
    for (const other of others) expect(markets.has(other)).toBe(true);
    for (const other of others) expect(await tickerOf(other)).toMatchObject({ symbol: other });

    venue.reset();
    const error = requireError(await tickerOf(symbol));
    expect(error).toMatchObject({ code, details: { exchange: 'binance', symbol } });
    expect(error.message).toMatch(
      new RegExp(`^binance's ${kind} markets could not be listed: binance .*; this server tries again in \\d+ s\\.$`),
    );
    expect(error.details.retryAfterMs).toBeGreaterThan(pauseMs / 2);
    expectDiscreet(error);
    expect(requireError(await tickerOf(others[0].replace('BTC', 'NONE'))).code).toBe('SYMBOL_NOT_FOUND');
    expect(exchanges.missingMarkets).toMatchObject([{ exchange: 'binance', kinds: [kind] }]);
    expect(missingMarkets).toHaveLength(1);
    expect(missingMarkets[0]?.types).toEqual(['spot', 'linear', 'inverse']);

    venue.heal();
    venue.reset();
    const retryMs = missingMarkets[0]?.retryMs ?? 0;
    expect(retryMs).toBeGreaterThanOrEqual(pauseMs);
    expect(retryMs).toBeLessThan(pauseMs * 1.25 + 15 * second);
    await clock.advance(retryMs - 500);
    expect(venue.count()).toBe(0);
    await clock.advance(500);
    await expect.poll(async () => (await data.fetchMarkets('binance')).has(symbol), { interval: 5 }).toBe(true);
    expect(await tickerOf(symbol)).toMatchObject({ symbol });
    expect(exchanges.missingMarkets).toEqual([]);
    expect(missingMarkets.at(-1)).toBe(null);
  });
});

it.each([
  ['does not know', -1121],
  ['takes for invalid', -1100],
])('a list that the exchange %s is not the fault of a client, and its markets may exist', async (_, code) => {
  const { venue, data, tickerOf } = await startBinance();
  venue.fault({ kind: 'status', status: 400, body: { code, msg: 'Refused.' }, match: /^\/dapi\// });
  await data.fetchMarkets('binance');
  const error = requireError(await tickerOf('BTC/USD:BTC'));
  expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: true });
});

it('a part that hangs delays no call past the deadline', async () => {
  const { venue, data, close } = await connect('binance', { timeoutMs: 2000 });
  onTestFinished(close);
  venue.fault({ kind: 'hang', match: /^\/dapi\// });
  const markets = await data.fetchMarkets('binance');
  expect(markets.has('BTC/USDT')).toBe(true);
  expect(markets.whyMissing?.('BTC/USD:BTC')).toMatchObject({ code: 'TIMEOUT' });
});

it('a list of currencies that hangs delays no call past the deadline', async () => {
  const { venue, data, close } = await connect('kraken', { timeoutMs: 2000 });
  onTestFinished(close);
  venue.fault({ kind: 'hang', match: /Assets$/ });
  expect((await data.fetchMarkets('kraken')).has('BTC/USD')).toBe(true);
});

it('a host that hangs for the currencies and its markets does not block the markets of another host', async () => {
  const { venue, client } = await connectLister('kucoin', { timeoutMs: 2000 });
  venue.fault({ kind: 'hang', match: /^(?!.*contracts)/ });
  expect((await client.markets()).has('BTC/USDT:USDT')).toBe(true);
});

it('a list that is refused as a whole is not blamed on clients, and not requested by each of them', async () => {
  const clock = new ManualClock();
  const { venue, client, data } = await connectLister('kucoin', { clock });
  venue.fault({ kind: 'status', status: 400, body: { code: '400100', msg: 'no' } });
  const error = await failureOf(data.fetchMarkets('kucoin'));
  expect(error).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', retryable: true, details: { retryAfterMs: second } });
  expect(error.message).toBe("kucoin's markets could not be listed: kucoin refused the request as invalid.");
  expectDiscreet(error);
  venue.reset();
  const again = requireError((await data.fetchTickers('kucoin', ['BTC/USDT'])).get('BTC/USDT'));
  expect(again).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE', details: { retryAfterMs: second } });
  expect(venue.count()).toBe(0);
  await clock.advance(second);
  await failureOf(client.markets());
  expect(venue.count()).toBeGreaterThan(0);
  venue.heal();
  await clock.advance(second);
  expect(await failureOf(client.markets())).toMatchObject({ details: { retryAfterMs: second } });
  await clock.advance(second);
  expect((await client.markets()).size).toBe(2);
});

it('a part that is refused is not blamed on clients', async () => {
  const { venue, client } = await connectLister('kucoin', { clock: new ManualClock() });
  venue.fault({ kind: 'status', match: /contracts/, status: 400, body: { code: '400100', msg: 'no' } });
  expect((await client.markets()).whyMissing?.('BTC/USDT:USDT')?.code).toBe('BAD_EXCHANGE_RESPONSE');
});

it('pauses grow while a part keeps failing, and the hourly refresh resumes after that', async () => {
  const { venue, data, clock, missingMarkets } = await startBinance();
  venue.fault({ kind: 'status', status: 404, match: /^\/dapi\// });
  await data.fetchMarkets('binance');
  for (const count of [2, 3, 4]) {
    await clock.advance(missingMarkets.at(-1)?.retryMs ?? 0);
    await expect.poll(() => missingMarkets.length, { interval: 5 }).toBe(count);
  }
  expect(missingMarkets.map((status) => status?.retryMs)).toEqual([10, 20, 40, 80].map((seconds) => seconds * second));
  venue.heal();
  await clock.advance(80 * second);
  await expect.poll(() => missingMarkets.at(-1), { interval: 5 }).toBe(null);
  venue.reset();
  await clock.advance(59 * minute);
  expect(venue.count()).toBe(0);
});

it('a missing part is loaded again equally soon if the exchange was down as a whole in between', async () => {
  const { venue, data, clock, missingMarkets, client } = await startBinance();
  venue.fault({ kind: 'status', status: 404, match: /^\/dapi\// });
  await data.fetchMarkets('binance');
  venue.reset();
  venue.fault({ kind: 'status', status: 404 });
  await clock.advance(10 * second);
  await expect.poll(() => venue.count(), { interval: 5 }).toBe(3);
  await expect.poll(() => client.missingMarkets?.retryMs, { interval: 5 }).toBe(20 * second);
  venue.heal();
  await clock.advance(20 * second);
  await expect.poll(() => missingMarkets.at(-1), { interval: 5 }).toBe(null);
});

it('a refresh that loses a kind keeps its last known markets, and adopts the changes of the others', async () => {
  const { venue, data, client, clock, missingMarkets, tickerOf } = await startBinance();
  const before = await data.fetchMarkets('binance');
  expect(before.has('ETH/USDT')).toBe(true);
  venue.delist('ETH/USDT');
  venue.fault({ kind: 'status', status: 404, match: /^\/dapi\// });
  await clock.advance(60 * minute);
  await expect.poll(() => missingMarkets.length, { interval: 5 }).toBe(1);
  const after = await data.fetchMarkets('binance');
  expect(after.has('ETH/USDT')).toBe(false);
  expect(after.get('BTC/USD:BTC')).toEqual(before.get('BTC/USD:BTC'));
  expect(client.ccxt.market('BTC/USD:BTC').inverse).toBe(true);
  expect(missingMarkets[0]?.kinds).toEqual([]);
  // A market that does not exist is not in the last known list either.
  expect(requireError(await tickerOf('NONE/USD:NONE')).code).toBe('SYMBOL_NOT_FOUND');
  venue.heal();
  expect(await tickerOf('BTC/USD:BTC')).toMatchObject({ symbol: 'BTC/USD:BTC' });
});

it('an exchange that is down as a whole is an error, and is called no more often than before', async () => {
  const { venue, data, clock } = await startBinance();
  venue.fault({ kind: 'status', status: 503, headers: { 'retry-after': '5' } });
  expect(await failureOf(data.fetchMarkets('binance'))).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  expect(venue.count()).toBe(3);
  venue.heal();
  await clock.advance(minute);
  expect((await data.fetchMarkets('binance')).size).toBeGreaterThan(0);
});

it('types that the operator has excluded are not requested, and not missing', async () => {
  const options = { options: { fetchMarkets: { types: ['spot', 'linear'] } } };
  const { venue, data, tickerOf, exchanges } = await startBinance({ options });
  venue.fault({ kind: 'status', status: 403, match: /^\/dapi\// });
  await data.fetchMarkets('binance');
  expect(venue.count(/dapi/)).toBe(0);
  expect(exchanges.missingMarkets).toEqual([]);
  expect(requireError(await tickerOf('BTC/USD:BTC')).code).toBe('SYMBOL_NOT_FOUND');
});

it.each([{ what: 'currencies', match: /Assets$/ }] as const)(
  'kraken: markets are there without the list of $what, which is tried again',
  async ({ match }) => {
    const clock = new ManualClock();
    const { venue, data, exchanges, close } = await connect('kraken', { clock, timeoutMs: 500 });
    onTestFinished(close);
    venue.fault({ kind: 'status', status: 404, match });
    const markets = await data.fetchMarkets('kraken');
    expect(markets.has('BTC/USD')).toBe(true);
    expect(exchanges.missingMarkets).toMatchObject([{ exchange: 'kraken', kinds: [], retryMs: 10 * second }]);
    expect(requireError((await data.fetchTickers('kraken', ['NONE/USD'])).get('NONE/USD')).code).toBe(
      'SYMBOL_NOT_FOUND',
    );
    venue.heal();
    venue.reset();
    await clock.advance(10 * second);
    await expect.poll(() => exchanges.missingMarkets, { interval: 5 }).toEqual([]);
    expect(venue.count(match)).toBe(1);
  },
);

// One for each way in which ccxt combines a list from several requests.
it.each([
  {
    id: 'okx',
    what: 'a type of a list by types',
    match: /OPTION/,
    missing: 'BTC/USD:BTC-271231-100000-C',
    kind: 'option',
  },
  { id: 'okx', what: 'its spot list', match: /SPOT/, missing: 'BTC/USDT', kind: 'spot' },
  { id: 'htx', what: 'a type of an object of types', match: /linear-swap/, missing: 'BTC/USDT:USDT', kind: 'linear' },
  { id: 'htx', what: 'its spot list', match: /common\/symbols/, missing: 'BTC/USDT', kind: 'spot' },
  { id: 'kucoin', what: 'the list of contracts', match: /contracts\/active/, missing: 'BTC/USDT:USDT', kind: 'linear' },
  {
    id: 'bigone',
    what: 'a list without an option of types',
    match: /contract\/v2/,
    missing: 'BTC/USDT:USDT',
    kind: 'linear',
  },
] as const)('$id without $what lists the rest', async ({ id, match, missing, kind }) => {
  const { venue, client, data } = await connectLister(id, { clock: new ManualClock() });
  const all = [...(await client.markets()).keys()];
  expect(all).toContain(missing);

  const { venue: broken, client: partial, data: source } = await connectLister(id, { clock: new ManualClock() });
  broken.fault({ kind: 'status', status: 404, match });
  const markets = await partial.markets();
  expect(markets.has(missing)).toBe(false);
  expect(markets.size).toBeGreaterThan(0);
  const error = requireError((await source.fetchTickers(id, [missing])).get(missing));
  expect(error.code).toBe('BAD_EXCHANGE_RESPONSE');
  expect(error.message).toContain(`${id}'s ${kind} markets could not be listed: ${id} refused the request (HTTP 404);`);
  expect(all.filter((symbol) => !markets.has(symbol)).length).toBeLessThan(all.length);
  expect([venue.count() > 0, data.exchange(id).id]).toEqual([true, id]);
});

it('bybit: without the options of one base, only those may be missing', async () => {
  const { venue, client } = await connectLister('bybit', { clock: new ManualClock() });
  venue.fault({ kind: 'status', status: 404, match: /baseCoin=BTC/ });
  const markets = await client.markets();
  expect(markets.has('ETH/USDC:USDC-271231-1000-C')).toBe(true);
  expect(markets.whyMissing?.('BTC/USDC:USDC-271231-1000-C')?.message).toMatch(
    /^Not all of bybit's option markets could/,
  );
  expect(markets.whyMissing?.('NONE/USDT')).toBe(null);
});

it('kucoin: without the fees, which it lists separately, nothing is missing', async () => {
  const { venue, client, missingMarkets } = await connectLister('kucoin', { clock: new ManualClock() });
  venue.fault({ kind: 'status', status: 404, match: /allTickers/ });
  expect((await client.markets()).size).toBe(2);
  expect(missingMarkets).toEqual([]);
});

it('a host that is down is not called for the other parts of its list', async () => {
  const { venue, data } = await connectLister('bitflyer', { clock: new ManualClock() });
  venue.fault({ kind: 'status', status: 503, headers: { 'retry-after': '1' } });
  expect(await failureOf(data.fetchMarkets('bitflyer'))).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  expect(venue.count()).toBe(1);
  venue.heal();
  expect([...(await data.fetchMarkets('bitflyer')).keys()]).toEqual(['BTC/EUR', 'BTC/JPY', 'BTC/USD']);
});

it('a failed list that is needed to read the others fails them too', async () => {
  const clock = new ManualClock();
  const { venue, data } = await connectLister('phemex', { clock });
  venue.fault({ kind: 'status', status: 404, match: /^\/v1/ });
  expect(await failureOf(data.fetchMarkets('phemex'))).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE' });
  venue.heal();
  await clock.advance(second);
  expect([...(await data.fetchMarkets('phemex')).keys()]).toEqual(['BTC/USDT']);
});

it('requests of one load that fail together count as one failure of their host', async () => {
  const { venue, data, client } = await connectLister('okx', { clock: new ManualClock() });
  venue.fault({ kind: 'status', status: 503, headers: { 'retry-after': '1' } });
  expect(await failureOf(data.fetchMarkets('okx'))).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE' });
  expect(venue.count()).toBe(5);
  expect(client.status.circuit).toBe('closed');
});

it('okx: a host that does not answer is not called for each part one after the other', async () => {
  const { venue, data } = await connectLister('okx', { clock: new ManualClock() });
  venue.fault({ kind: 'status', status: 403 });
  expect(await failureOf(data.fetchMarkets('okx'))).toMatchObject({ code: 'GEO_BLOCKED' });
  const sent = venue.count();
  expect(sent).toBeLessThanOrEqual(5);
  expect(await failureOf(data.fetchMarkets('okx'))).toMatchObject({ code: 'GEO_BLOCKED' });
  expect(venue.count()).toBe(sent);
});
