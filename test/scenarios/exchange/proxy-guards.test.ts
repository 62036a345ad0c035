import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createCatalogue, readCatalogue } from '../../../src/exchange/ccxt/catalogue.ts';
import { Exchanges } from '../../../src/exchange/clients/exchanges.ts';
import {
  connect,
  expectDiscreet,
  failureOf,
  loadMarkets,
  requireError,
  type VenueClientOptions,
  venues,
} from '../../support/exchange/venue-client.ts';
import { hasProxyPrograms, startMicrosocks, startTinyproxy } from '../../support/programs/proxy-programs.ts';
import { createConnectProxy, createWireProxy } from '../../support/programs/wire-proxies.ts';
import { eventually } from '../../support/socket-client.ts';

const symbol = 'BTC/USDT';

async function start(options: VenueClientOptions['options'], timeoutMs: number) {
  const connection = await connect('binance', { timeoutMs, ...(options ? { options } : {}) });
  onTestFinished(connection.close);
  await loadMarkets(connection);
  const ask = async () => (await connection.data.fetchTickers('binance', [symbol])).get(symbol);
  return { ...connection, ask };
}

describe.skipIf(!hasProxyPrograms).each([
  ['httpProxy', 'http', startTinyproxy],
  ['socksProxy', 'socks5', startMicrosocks],
] as const)('behind %s', (option, scheme, run) => {
  async function startBehind(timeoutMs: number) {
    const proxy = await run();
    onTestFinished(proxy.close);
    return start({ [option]: `${scheme}://127.0.0.1:${proxy.port}` }, timeoutMs);
  }

  test.each(['huge', 'bomb'] as const)('an endless response is given up: %s', async (kind) => {
    const { venue, ask, errors } = await startBehind(25_000);
    venue.fault({ kind, times: 1 });
    expect(requireError(await ask())).toMatchObject({ code: 'BAD_EXCHANGE_RESPONSE' });
    expect(errors).toMatchObject([{ message: 'binance sent an answer of more than 67108864 bytes' }]);
    expect(await ask()).toMatchObject({ symbol, stale: false });
  });

  test.each(['hang', 'hang-body'] as const)('%s ends by the deadline', async (kind) => {
    const { venue, ask } = await startBehind(400);
    venue.fault({ kind, times: 1 });
    expect(requireError(await ask())).toMatchObject({ code: 'TIMEOUT' });
    expect(await ask()).toMatchObject({ symbol });
  });

  test('limits and blocks of the exchange are reported as without a proxy', async () => {
    const { venue, ask } = await startBehind(5000);
    venue.fault({ kind: 'status', status: 429, times: 1 });
    expect(requireError(await ask())).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterMs: 30_000 } });
  });
});

test.each(venues)('every connection of $id goes through its proxy', async ({ id, symbol }) => {
  const proxy = await createConnectProxy();
  onTestFinished(proxy.close);
  const connection = await connect(id, { options: { http_proxy: `http://127.0.0.1:${proxy.port}` } });
  onTestFinished(connection.close);
  const { venue, data, client } = connection;
  expect((await data.fetchTickers(id, [symbol])).get(symbol)).toMatchObject({ symbol });
  await data.fetchOrderBook({ exchange: id, symbol, limit: 10 });
  expect(venue.openSockets).toBeGreaterThan(0);
  expect(venue.openSockets).toBe(proxy.openSockets);
  if (client.ccxt.has.watchTicker) {
    const streams = await client.openStreamInstance();
    const watching = streams.exchange.watchTicker(symbol).catch((error: unknown) => error);
    // A stand-in without streams answers the handshake too.
    await eventually(() => venue.handshakes > 0);
    await eventually(() => venue.openSockets === proxy.openSockets);
    await streams.close();
    await watching;
  }
});

test('options that ccxt cannot use do not bypass the proxy, even if no file was read', async () => {
  const options = { httpProxy: 'http://127.0.0.1:1', socksProxy: 'socks5://127.0.0.1:1' };
  const exchanges = new Exchanges({
    catalogue: createCatalogue(readCatalogue(), null),
    exchangeOptions: { binance: options },
    clock: systemClock,
    random: () => 0.5,
    timeoutMs: 500,
    onError: () => {},
  });
  onTestFinished(() => exchanges.close());
  const error = await failureOf(exchanges.get('binance'));
  expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
  expectDiscreet(error);
});

test('requests reuse open connections', async () => {
  const proxy = await createConnectProxy();
  onTestFinished(proxy.close);
  const { ask } = await start({ httpProxy: `http://127.0.0.1:${proxy.port}` }, 5000);
  await ask();
  const before = proxy.asked.length;
  for (let count = 0; count < 5; count++) await ask();
  expect(proxy.asked.length).toBe(before);
});

test('closing ends every connection through the proxy, including one that is being opened', async () => {
  let isSilent = false;
  const proxy = await createConnectProxy(() => isSilent);
  onTestFinished(proxy.close);
  const { ask, client, exchanges } = await start({ httpProxy: `http://127.0.0.1:${proxy.port}` }, 60_000);
  expect(await ask()).toMatchObject({ symbol });
  isSilent = true;
  const streams = await client.openStreamInstance();
  const watching = streams.exchange.watchTicker(symbol).catch((error: unknown) => error);
  const asked = proxy.asked.length;
  await eventually(() => proxy.asked.length > asked);
  await streams.close();
  await exchanges.close();
  await watching;
  await eventually(() => proxy.openSockets === 0);
});

test('a silent proxy is reported to the operator before the deadline has passed', async () => {
  const proxy = await createWireProxy(() => {});
  onTestFinished(proxy.close);
  const connection = await connect('binance', {
    timeoutMs: 400,
    options: { httpProxy: `http://127.0.0.1:${proxy.port}` },
  });
  onTestFinished(connection.close);
  const error = requireError((await connection.data.fetchTickers('binance', [symbol])).get(symbol));
  expect(error).toMatchObject({ code: 'EXCHANGE_UNAVAILABLE', retryable: true });
  expect(error.message).toContain('binance could not be reached through its proxy');
  expectDiscreet(error);
  expect(connection.errors[0]).toMatchObject({
    message: `The proxy http://127.0.0.1:${proxy.port} (httpProxy) did not open a connection in time.`,
  });
});

test('an agent among the options of ccxt does not make a stream bypass the proxy', async () => {
  const proxy = await createConnectProxy();
  onTestFinished(proxy.close);
  const options = { wsProxy: `http://127.0.0.1:${proxy.port}`, options: { ws: { options: { agent: false } } } };
  const { client, venue } = await start(options, 5000);
  const streams = await client.openStreamInstance();
  const watching = streams.exchange.watchTicker(symbol).catch((error: unknown) => error);
  await eventually(() => venue.dials === 1);
  expect(proxy.asked).toHaveLength(1);
  await streams.close();
  await watching;
});

test('an instance that has only a relay connects no stream', async () => {
  const options = { proxyUrl: 'http://127.0.0.1:1/' };
  const connection = await connect('binance', { options });
  onTestFinished(connection.close);
  expect(connection.exchanges.mayStream('binance')).toBe(false);
  expect(() => connection.client.ccxt.client('ws://127.0.0.1:1/')).toThrow('which cannot carry streams');
});
