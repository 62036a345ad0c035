import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { CircuitState } from '../../../src/exchange/access/circuit.ts';
import { loadExchangeClass } from '../../../src/exchange/ccxt/load-ccxt.ts';
import { createHostLookup } from '../../../src/exchange/http/hosts.ts';
import { ExchangeStreams } from '../../../src/exchange/streams/streams.ts';
import { connectLister } from '../../support/exchange/lister-client.ts';
import {
  connect,
  expectDiscreet,
  failureOf,
  loadMarkets,
  patientMs,
  requireError,
  type VenueClientOptions,
} from '../../support/exchange/venue-client.ts';
import { ForwardClock } from '../../support/fakes/forward-clock.ts';
import { SkippingClock } from '../../support/fakes/skipping-clock.ts';
import type { Fault } from '../../venues/faults.ts';

const second = 1000;
const minute = 60 * second;

describe('the host of a request', () => {
  it.each<{ id: string; section: string | readonly string[]; path: string; host: string }>([
    { id: 'binance', section: 'public', path: 'ticker/24hr', host: 'api.binance.com' },
    { id: 'binance', section: 'fapiPublic', path: 'depth', host: 'fapi.binance.com' },
    { id: 'binance', section: 'fapiPublicV2', path: 'ticker/price', host: 'fapi.binance.com' },
    { id: 'binance', section: 'dapiPublic', path: 'depth', host: 'dapi.binance.com' },
    { id: 'okx', section: 'public', path: 'market/ticker', host: 'www.okx.com' },
    { id: 'bybit', section: 'public', path: 'v5/market/tickers', host: 'api.bybit.com' },
    { id: 'bitget', section: ['public', 'spot'], path: 'v2/spot/market/tickers', host: 'api.bitget.com' },
    { id: 'bitget', section: ['public', 'mix'], path: 'v2/mix/market/ticker', host: 'api.bitget.com' },
    { id: 'gate', section: ['public', 'spot'], path: 'tickers', host: 'api.gateio.ws' },
    { id: 'gate', section: ['public', 'futures'], path: '{settle}/tickers', host: 'api.gateio.ws' },
    { id: 'kucoin', section: 'public', path: 'market/stats', host: 'api.kucoin.com' },
    { id: 'kucoin', section: 'futuresPublic', path: 'ticker', host: 'api-futures.kucoin.com' },
    { id: 'mexc', section: ['spot', 'public'], path: 'ticker/24hr', host: 'api.mexc.com' },
    { id: 'mexc', section: ['contract', 'public'], path: 'ticker', host: 'api.mexc.com' },
    { id: 'htx', section: ['spot', 'public'], path: 'market/tickers', host: 'api.huobi.pro' },
    { id: 'htx', section: ['contract', 'public'], path: 'linear-swap-ex/market/depth', host: 'api.hbdm.vn' },
    { id: 'kraken', section: 'public', path: 'Ticker', host: 'api.kraken.com' },
    { id: 'krakenfutures', section: 'public', path: 'tickers', host: 'futures.kraken.com' },
  ])('$id $section $path is for $host, whatever address the options give', async ({ id, section, path, host }) => {
    const Class = await loadExchangeClass(id, false);
    const other = 'http://127.0.0.1:1';
    const { urls } = new Class({});
    const replaced = JSON.parse(JSON.stringify(urls.api, (_, value) => (typeof value === 'string' ? other : value)));
    const exchange = new Class({ urls: { api: replaced }, hostname: '127.0.0.1' });
    const hostOf = createHostLookup(exchange);
    expect(hostOf({ path, section, method: 'GET', params: { settle: 'usdt' } })).toBe(host);
  });

  it('leaves the parameters unchanged if ccxt changes what it signs', async () => {
    const Class = await loadExchangeClass('poloniex', false);
    const hostOf = createHostLookup(new Class({}));
    const params = { symbol: '索拉拉_USDT' };
    expect(hostOf({ path: 'markets/{symbol}/ticker24h', section: 'public', method: 'GET', params })).toBe(
      'api.poloniex.com',
    );
    expect(params).toEqual({ symbol: '索拉拉_USDT' });
  });

  it('is that of the test network in the sandbox', async () => {
    const Class = await loadExchangeClass('binance', false);
    const exchange = new Class({});
    exchange.setSandboxMode(true);
    const hostOf = createHostLookup(exchange);
    const lookUp = (section: string) => hostOf({ path: 'depth', section, method: 'GET', params: {} });
    expect(lookUp('public')).toBe('testnet.binance.vision');
    expect(lookUp('fapiPublic')).toBe(lookUp('dapiPublic'));
  });
});

const symbols = { spot: 'BTC/USDT', linear: 'BTC/USDT:USDT', inverse: 'BTC/USD:BTC' } as const;
const hosts = { spot: 'api.binance.com', linear: 'fapi.binance.com', inverse: 'dapi.binance.com' } as const;
const paths = { spot: /^\/api\//, linear: /^\/fapi\//, inverse: /^\/dapi\// } as const;
const kinds = ['spot', 'linear', 'inverse'] as const;
type Kind = (typeof kinds)[number];

/** Binance with its three hosts. In the stand-in they differ by path only, as behind a proxy. */
async function startBinance(
  options: VenueClientOptions = {},
  clock: SkippingClock | ForwardClock = new SkippingClock(),
) {
  const changes: (readonly [string | undefined, CircuitState, string | undefined])[] = [];
  const connection = await connect('binance', {
    clock,
    random: () => 0,
    onCircuit: (_, state, error, name) => changes.push([name?.host, state, error?.code]),
    ...options,
  });
  onTestFinished(connection.close);
  await loadMarkets(connection);
  const { client, venue, exchanges } = connection;
  const ask = (kind: Kind) =>
    client.call((ccxt) => ccxt.fetchTicker(symbols[kind]), { symbol: symbols[kind] }).then(({ symbol }) => symbol);
  const stateOf = (kind: Kind) =>
    exchanges.circuits.some(({ host, state }) => host === hosts[kind] && state === 'open') ? 'open' : 'closed';
  venue.reset();
  return { ...connection, clock, changes, ask, stateOf };
}

describe.each(kinds)("what Binance's host of %s says", (kind) => {
  const others = kinds.filter((other) => other !== kind);

  it.each<{ fault: Fault; code: string; pauseMs: number }>([
    { fault: { kind: 'status', status: 403 }, code: 'GEO_BLOCKED', pauseMs: 10 * minute },
    { fault: { kind: 'status', status: 451 }, code: 'GEO_BLOCKED', pauseMs: 10 * minute },
    { fault: { kind: 'status', status: 429, headers: { 'retry-after': '60' } }, code: 'RATE_LIMITED', pauseMs: minute },
    {
      fault: { kind: 'status', status: 418, headers: { 'retry-after': '600' } },
      code: 'RATE_LIMITED',
      pauseMs: 10 * minute,
    },
  ])('stops its own markets alone: $fault', async ({ fault, code, pauseMs }) => {
    const { venue, clock, ask, stateOf, changes } = await startBinance();
    venue.fault({ ...fault, match: paths[kind] });
    expect((await failureOf(ask(kind))).code).toBe(code);
    venue.reset();
    const refusal = await failureOf(ask(kind));
    expect(venue.count()).toBe(0);
    expect(refusal).toMatchObject({ code, details: { exchange: 'binance', symbol: symbols[kind] } });
    expect(refusal.message).toMatch(new RegExp(` for its ${kind} markets; this server tries again in \\d+ s\\.$`));
    expectDiscreet(refusal);
    for (const other of others) expect(await ask(other)).toBe(symbols[other]);
    expect([stateOf(kind), ...others.map(stateOf)]).toEqual(['open', 'closed', 'closed']);
    venue.heal();
    clock.skip(pauseMs + second);
    expect(await ask(kind)).toBe(symbols[kind]);
    expect(changes).toEqual([
      [hosts[kind], 'open', code],
      [hosts[kind], 'half-open', code],
      [hosts[kind], 'closed', undefined],
    ]);
  });

  it.each<Fault>([{ kind: 'cut' }, { kind: 'hang' }, { kind: 'status', status: 503 }])(
    'stops only its own markets after several failures ($kind)',
    async (fault) => {
      const { venue, clock, ask, stateOf } = await startBinance({}, new ForwardClock());
      venue.fault({ ...fault, match: paths[kind] });
      for (let count = 1; count <= 5; count++) {
        const failure = failureOf(ask(kind));
        if (fault.kind === 'hang') {
          await expect.poll(() => venue.count(paths[kind]), { interval: 5 }).toBe(count);
          clock.skip(patientMs);
        }
        await failure;
        // Answers of the other hosts do not reset its failures, and its failures do not count for them.
        for (const other of others) expect(await ask(other)).toBe(symbols[other]);
      }
      expect([stateOf(kind), ...others.map(stateOf)]).toEqual(['open', 'closed', 'closed']);
      venue.reset();
      await failureOf(ask(kind));
      expect(venue.count()).toBe(0);
    },
  );
});

it('a batch of tickers belongs to the host of its markets', async () => {
  const { venue, data, stateOf } = await startBinance();
  venue.fault({ kind: 'status', status: 403, match: paths.spot });
  const spot = ['BTC/USDT', 'ETH/USDT'];
  const answers = await data.fetchTickers('binance', [...spot, symbols.linear, symbols.inverse]);
  for (const symbol of spot) expect(requireError(answers.get(symbol)).code).toBe('GEO_BLOCKED');
  for (const symbol of [symbols.linear, symbols.inverse]) expect(answers.get(symbol)).toMatchObject({ symbol });
  expect(stateOf('spot')).toBe('open');
  venue.reset();
  await data.fetchTickers('binance', spot);
  expect(venue.count()).toBe(0);
});

it('batches that fail in a row stop their own kind of market', async () => {
  const { venue, data, exchanges } = await startBinance();
  venue.fault({ kind: 'status', status: 504, match: /symbols=/ });
  const ask = () => data.fetchTickers('binance', ['BTC/USDT', 'ETH/USDT']);
  for (let count = 0; count < 5; count++) await ask();
  venue.reset();
  await ask();
  expect(venue.count()).toBe(0);
  expect(exchanges.circuits.filter(({ state }) => state === 'open')).toEqual([
    { exchange: 'binance', host: hosts.spot, kind: 'spot', state: 'open' },
  ]);
});

it('calls that hang leave room for those of another kind, even on a slow exchange', async () => {
  const { venue, ask, client } = await startBinance({ timeoutMs: 1000 });
  Object.assign(client.ccxt, { enableRateLimit: true, rateLimit: 50 });
  client.ccxt.initThrottler();
  await Promise.all(kinds.map(ask));
  venue.fault({ kind: 'hang', match: paths.linear });
  const stuck = Array.from({ length: 100 }, () => failureOf(ask('linear')));
  expect(await Promise.all([ask('spot'), ask('inverse')])).toEqual([symbols.spot, symbols.inverse]);
  await Promise.all(stuck);
});

it('a host that hangs does not delay calls of another one, and only its own queue is full', async () => {
  const { venue, ask, client } = await startBinance({ timeoutMs: 5000, maxQueuedCalls: 5 });
  for (const kind of kinds) await ask(kind);
  venue.fault({ kind: 'hang', match: paths.linear });
  const stuck = Array.from({ length: 15 }, () => failureOf(ask('linear')));
  expect(client.status).toMatchObject({ running: 10, queued: 5 });
  expect((await failureOf(ask('linear'))).code).toBe('OVERLOADED');
  expect(await Promise.all(Array.from({ length: 12 }, () => ask('spot')))).toHaveLength(12);
  await client.ccxt.close();
  venue.heal();
  await venue.goDown();
  await Promise.all(stuck);
});

it('hosts are separate before it is known which one serves a kind of market', async () => {
  const { venue, ask } = await startBinance({ timeoutMs: 5000 });
  venue.fault({ kind: 'hang', match: paths.linear });
  const stuck = Array.from({ length: 30 }, () => failureOf(ask('linear')));
  expect(await ask('spot')).toBe(symbols.spot);
  await venue.goDown();
  await Promise.all(stuck);
});

it('waiting calls are refused when the circuit of their host opens, but not those of other hosts', async () => {
  const { venue, ask, client } = await startBinance();
  venue.delayMs = 20;
  venue.fault({ kind: 'status', status: 429, match: paths.linear });
  const linear = Array.from({ length: 30 }, () => failureOf(ask('linear')));
  const spot = Array.from({ length: 30 }, () => ask('spot'));
  for (const error of await Promise.all(linear)) expect(error.code).toBe('RATE_LIMITED');
  expect(await Promise.all(spot)).toHaveLength(30);
  expect(venue.count(paths.linear)).toBe(10);
  expect(client.status).toMatchObject({ queued: 0, running: 0 });
});

it("a request that waits in ccxt's throttle is not sent if the circuit of its host has opened meanwhile", async () => {
  const { venue, ask, client } = await startBinance();
  // A busy machine reads the first answer before the second request is due.
  Object.assign(client.ccxt, { enableRateLimit: true, rateLimit: 1000 });
  client.ccxt.initThrottler();
  venue.fault({ kind: 'status', status: 429, match: paths.linear });
  const errors = await Promise.all(Array.from({ length: 3 }, () => failureOf(ask('linear'))));
  for (const error of errors) expect(error.code).toBe('RATE_LIMITED');
  expect(venue.count(paths.linear)).toBe(1);
});

it('streams of a kind whose circuit is open continue', async () => {
  const { venue, clock, exchanges, ask, stateOf } = await startBinance();
  const streams = new ExchangeStreams({
    exchanges,
    clock,
    random: () => 0,
    timeoutMs: 2000,
    silenceMs: 15_000,
    onError: () => {},
  });
  onTestFinished(() => streams.close());
  const prices: (number | null)[] = [];
  const listener = {
    onMessage: ({ last }: { last: number | null }) => void prices.push(last),
    onInterrupted: () => {},
  };
  streams.open({ kind: 'ticker', exchange: 'binance', symbol: symbols.spot }, listener);
  venue.fault({ kind: 'status', status: 403, match: paths.linear });
  await failureOf(ask('linear'));
  expect(stateOf('linear')).toBe('open');
  await expect
    .poll(
      () => {
        venue.setTicker(symbols.spot, { last: '4711' });
        return prices;
      },
      { interval: 20 },
    )
    .toContain(4711);
});

it.each([
  { fault: { kind: 'status', status: 429 }, code: 'RATE_LIMITED' },
  { fault: { kind: 'status', status: 403 }, code: 'GEO_BLOCKED' },
] as const)('an exchange with one host for all kinds stops as a whole: $code', async ({ fault, code }) => {
  const { venue, client, exchanges } = await connectLister('okx');
  await client.markets();
  const ask = (symbol: string) => client.call((ccxt) => ccxt.fetchTicker(symbol), { symbol });
  for (const symbol of ['BTC/USDT', 'BTC/USDT:USDT']) expect(await ask(symbol)).toMatchObject({ symbol });
  venue.fault({ ...fault, match: /SWAP/ });
  expect((await failureOf(ask('BTC/USDT:USDT'))).code).toBe(code);
  venue.reset();
  const refusal = await failureOf(ask('BTC/USDT'));
  expect(refusal.code).toBe(code);
  expect(refusal.message).not.toContain(' for its ');
  expect(venue.count()).toBe(0);
  expect(exchanges.circuits).toContainEqual({ exchange: 'okx', host: 'www.okx.com', kind: null, state: 'open' });
  expect(exchanges.circuits.filter(({ state }) => state === 'open')).toHaveLength(1);
});

it.each<Fault>([{ kind: 'status', status: 503 }, { kind: 'hang' }, { kind: 'cut' }])(
  'an exchange with one host for all kinds: failures of one kind ($kind) stop only that kind',
  async (fault) => {
    const clock = new ForwardClock();
    const { venue, client, exchanges, data } = await connectLister('okx', { clock });
    await client.markets();
    const ask = (symbol: string) => client.call((ccxt) => ccxt.fetchTicker(symbol), { symbol });
    await ask('BTC/USDT');
    venue.reset();
    venue.fault({ ...fault, match: /SWAP/ });
    for (let count = 1; count <= 5; count++) {
      const failure = failureOf(ask('BTC/USDT:USDT'));
      if (fault.kind === 'hang') {
        await expect.poll(() => venue.count(), { interval: 5 }).toBe(count);
        clock.skip(patientMs);
      }
      await failure;
    }
    venue.reset();
    const refusal = await failureOf(ask('BTC/USDT:USDT'));
    expect(refusal.message).toMatch(/ for its linear markets; this server tries again in \d s\.$/);
    expect(venue.count()).toBe(0);
    expect(await ask('BTC/USDT')).toMatchObject({ symbol: 'BTC/USDT' });
    expect((await data.fetchTickers('okx', ['BTC/USDT'])).get('BTC/USDT')).toMatchObject({ symbol: 'BTC/USDT' });
    expect(exchanges.circuits.filter(({ state }) => state === 'open')).toEqual([
      { exchange: 'okx', host: 'www.okx.com', kind: 'linear', state: 'open' },
    ]);
  },
);

it('a host whose probe fails in another way stays stopped', async () => {
  const { venue, clock, ask, stateOf } = await startBinance();
  venue.fault({ kind: 'status', status: 429, headers: { 'retry-after': '7' }, match: paths.linear });
  await failureOf(ask('linear'));
  venue.heal();
  venue.fault({ kind: 'status', status: 504, match: paths.linear });
  clock.skip(8 * second);
  await failureOf(ask('linear'));
  expect(stateOf('linear')).toBe('open');
  venue.reset();
  await failureOf(ask('linear'));
  expect(venue.count()).toBe(0);
});

it('other exchanges also have a host for each kind: KuCoin', async () => {
  const { venue, client } = await connectLister('kucoin', { clock: systemClock });
  await client.markets();
  const ask = (symbol: string) => client.call((ccxt) => ccxt.fetchTicker(symbol), { symbol });
  venue.fault({ kind: 'status', status: 403 });
  expect((await failureOf(ask('BTC/USDT:USDT'))).code).toBe('GEO_BLOCKED');
  venue.heal();
  venue.reset();
  expect((await failureOf(ask('BTC/USDT:USDT'))).code).toBe('GEO_BLOCKED');
  expect(venue.count()).toBe(0);
  await ask('BTC/USDT').catch(() => null);
  expect(venue.count()).toBe(1);
});
