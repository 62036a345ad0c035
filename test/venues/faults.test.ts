import type { Exchange } from 'ccxt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadExchangeClass } from '../../src/exchange/ccxt/load-ccxt.ts';
import { createBinance } from './binance/binance.ts';
import { createCoinbase } from './coinbase/coinbase.ts';
import type { Fault } from './faults.ts';
import { createKraken } from './kraken/kraken.ts';
import type { Venue } from './venue.ts';

const symbol = 'BTC/USDT';
const unsettled = 'unsettled';

let venue: Venue;
let exchange: Exchange;

async function connect(id: string, create: () => Promise<Venue>): Promise<void> {
  venue = await create();
  const ExchangeClass = await loadExchangeClass(id, true);
  exchange = new ExchangeClass({ ...venue.exchangeConfig, enableRateLimit: false });
  await exchange.loadMarkets();
  exchange.timeout = 200;
  venue.reset();
}

/** The error's name, `answered`, or `unsettled` if there is no outcome within `patienceMs`. */
async function outcome(call: Promise<unknown>, patienceMs = 3000): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(unsettled), patienceMs);
  });
  const settled = call.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
  const first = await Promise.race([settled, impatience]);
  clearTimeout(timer);
  return first;
}

afterEach(async () => {
  await exchange.close();
  await venue.close();
  expect(venue.openSockets).toBe(0);
});

describe('faults, as ccxt sees them', () => {
  beforeEach(() => connect('binance', createBinance));

  const outcomes: readonly { readonly fault: Fault; readonly seen: string }[] = [
    { fault: { kind: 'status', status: 503 }, seen: 'ExchangeNotAvailable' },
    { fault: { kind: 'status', status: 500 }, seen: 'OperationFailed' },
    { fault: { kind: 'status', status: 451 }, seen: 'ExchangeNotAvailable' },
    { fault: { kind: 'status', status: 429 }, seen: 'DDoSProtection' },
    { fault: { kind: 'status', status: 418 }, seen: 'DDoSProtection' },
    { fault: { kind: 'status', status: 400, body: { code: -1121, msg: 'Invalid symbol.' } }, seen: 'BadSymbol' },
    { fault: { kind: 'cut' }, seen: 'NetworkError' },
    { fault: { kind: 'reset' }, seen: 'NetworkError' },
    { fault: { kind: 'cut-body' }, seen: 'SocketError' },
    { fault: { kind: 'bad-gzip' }, seen: 'Error' },
    { fault: { kind: 'garbage' }, seen: 'TypeError' },
    { fault: { kind: 'truncated' }, seen: 'TypeError' },
    { fault: { kind: 'empty' }, seen: 'TypeError' },
    { fault: { kind: 'raw', text: '[' }, seen: 'TypeError' },
    { fault: { kind: 'truncated-gzip' }, seen: 'Error' },
    { fault: { kind: 'wrong-type' }, seen: 'answered' },
    { fault: { kind: 'numbers', as: 'negative' }, seen: 'answered' },
    { fault: { kind: 'hang-body' }, seen: unsettled },
    { fault: { kind: 'drip' }, seen: unsettled },
    { fault: { kind: 'cut-gzip' }, seen: unsettled },
  ];

  it.each(
    outcomes.map(({ fault, seen }) => {
      const name = fault.kind === 'status' ? `${fault.kind} ${fault.status}` : fault.kind;
      return { name, fault, seen };
    }),
  )('$name: $seen', async ({ fault, seen }) => {
    venue.fault(fault);
    // ccxt's timeout of 200 ms is over by then: it does not cover a stalled body.
    expect(await outcome(exchange.fetchTicker(symbol), seen === unsettled ? 300 : undefined)).toBe(seen);
    venue.heal();
    expect(await outcome(exchange.fetchTicker(symbol))).toBe('answered');
    expect(venue.count(/ticker\/24hr\?symbol=BTCUSDT/)).toBe(2);
  });

  it('hang: RequestTimeout when ccxt times out', async () => {
    venue.fault({ kind: 'hang' });
    expect(await outcome(exchange.fetchTicker(symbol))).toBe('RequestTimeout');
  });

  it('a ban has a duration', async () => {
    venue.fault({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    const response = await fetch(`${venue.url}/api/v3/time`);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({ code: -1003 });
  });
});

describe('the scope of a fault', () => {
  beforeEach(() => connect('binance', createBinance));

  it('is one kind of request, a limited number of times', async () => {
    venue.fault({ kind: 'cut', match: /klines/, times: 2 });
    expect(await outcome(exchange.fetchTicker(symbol))).toBe('answered');
    expect(await outcome(exchange.fetchOHLCV(symbol))).toBe('NetworkError');
    expect(await outcome(exchange.fetchOHLCV(symbol))).toBe('NetworkError');
    expect(await outcome(exchange.fetchOHLCV(symbol))).toBe('answered');
    expect(venue.requests.map((request) => request.path.split('/').at(-1))).toEqual([
      '24hr',
      'klines',
      'klines',
      'klines',
    ]);
    expect(venue.requests[0]).toMatchObject({ method: 'GET', query: { symbol: 'BTCUSDT' } });
  });

  it('ends when a newer fault matches', async () => {
    venue.fault({ kind: 'cut' });
    venue.fault({ kind: 'status', status: 429, times: 1 });
    expect(await outcome(exchange.fetchTicker(symbol))).toBe('DDoSProtection');
    expect(await outcome(exchange.fetchTicker(symbol))).toBe('NetworkError');
  });

  it('does not include a delay, which only makes answers late', async () => {
    venue.delayMs = 30;
    const start = performance.now();
    expect(await outcome(exchange.fetchTicker(symbol))).toBe('answered');
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
  });

  it('ends with close, which also destroys hanging sockets', async () => {
    venue.fault({ kind: 'hang' });
    const call = outcome(exchange.fetchTicker(symbol));
    await expect.poll(() => venue.count()).toBe(1);
    expect(venue.openSockets).toBeGreaterThan(0);
    await venue.close();
    expect(await call).toBe('NetworkError');
  });
});

describe('nonsense', () => {
  beforeEach(() => connect('binance', createBinance));

  it('puts invalid numbers into an otherwise complete answer', async () => {
    const year3000 = Date.UTC(3000, 0);
    const ask = () => exchange.fetchTicker(symbol);
    const { last } = await ask();
    venue.fault({ kind: 'numbers', as: 'negative', times: 1 });
    expect((await ask()).last).toBeLessThan(0);
    venue.fault({ kind: 'numbers', as: 'nan', times: 1 });
    await expect(ask()).rejects.toThrow('NaN');
    venue.fault({ kind: 'numbers', as: 'year-3000', times: 1 });
    expect(await ask()).toMatchObject({ last, timestamp: year3000 });
    expect(await ask()).toMatchObject({ last });
  });
});

describe('an exchange that is down', () => {
  beforeEach(() => connect('binance', createBinance));

  it('refuses connections until it is up again, at the same address', async () => {
    await venue.goDown();
    expect(venue.openSockets).toBe(0);
    expect(await outcome(exchange.fetchTicker(symbol))).toBe('NetworkError');
    expect(venue.count()).toBe(0);
    await venue.comeUp();
    expect(await outcome(exchange.fetchTicker(symbol))).toBe('answered');
  });
});

describe('errors of the other exchanges', () => {
  it.each([
    { id: 'kraken', create: createKraken, status: 429, seen: 'RateLimitExceeded' },
    { id: 'kraken', create: createKraken, status: 520, seen: 'ExchangeNotAvailable' },
    { id: 'coinbase', create: createCoinbase, status: 429, seen: 'RateLimitExceeded' },
    { id: 'coinbase', create: createCoinbase, status: 503, seen: 'ExchangeNotAvailable' },
  ])('$id $status: $seen', async ({ id, create, status, seen }) => {
    await connect(id, create);
    venue.fault({ kind: 'status', status });
    expect(await outcome(exchange.fetchTicker(symbol))).toBe(seen);
  });

  it.each([
    { id: 'kraken', create: createKraken },
    { id: 'coinbase', create: createCoinbase },
  ])('$id: a page of HTML becomes a ticker without numbers', async ({ id, create }) => {
    await connect(id, create);
    venue.fault({ kind: 'garbage' });
    expect((await exchange.fetchTicker(symbol)).last).toBeUndefined();
  });

  it('kraken refuses with HTTP 200', async () => {
    await connect('kraken', createKraken);
    venue.fault({ kind: 'status', status: 200, body: { error: ['EGeneral:Too many requests'] } });
    expect(await outcome(exchange.fetchTicker(symbol))).toBe('DDoSProtection');
  });
});
