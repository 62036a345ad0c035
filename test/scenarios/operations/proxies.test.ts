import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, createCertificate } from '../../support/programs/certificate.ts';
import { findFreePort } from '../../support/programs/loopback-program.ts';
import {
  hasProxyPrograms,
  startDante,
  startMicrosocks,
  startTinyproxy,
} from '../../support/programs/proxy-programs.ts';
import { createRelay, createTlsFront } from '../../support/programs/wire-proxies.ts';
import { type ProxiedServer, startProxiedServer } from '../../support/server/proxied-server.ts';
import { eventually } from '../../support/socket-client.ts';

const ticker = '{ ticker(exchange: "binance", symbol: "BTC/USDT") { last } }';
const tickerUpdated = 'subscription { tickerUpdated(exchange: "binance", symbol: "BTC/USDT") { last source } }';

const login = { user: 'tickql', password: 'pr0xy-pass' };
const odd = { user: 'tick@ql', password: 'p@ss:w/rd%41 ü' };

function toLogin({ user, password }: typeof login): string {
  return `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
}

describe.skipIf(!hasProxyPrograms)('through a real proxy, to an exchange with TLS', () => {
  let certificate: Certificate;
  let server: ProxiedServer | undefined;
  const proxies: { readonly close: () => Promise<void> }[] = [];

  beforeAll(() => {
    certificate = createCertificate();
  });

  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  });

  afterAll(() => certificate.remove());

  async function start<T extends { readonly close: () => Promise<void> }>(proxy: Promise<T>): Promise<T> {
    const started = await proxy;
    proxies.push(started);
    return started;
  }

  async function serve(
    toOptions: (exchange: string) => Readonly<Record<string, unknown>>,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ProxiedServer> {
    server = await startProxiedServer({ toOptions, certificate, env });
    return server;
  }

  /** The addresses that the exchange sees. */
  function comersTo({ front }: ProxiedServer) {
    return { requests: [...front.requesters], streams: [...front.streamers] };
  }

  /** Asks for a ticker and then for its stream, until both have come. */
  async function useBoth({ venue, query, subscribe }: ProxiedServer): Promise<void> {
    venue.setTicker('BTC/USDT', { last: '65000.12' });
    expect(await query(ticker)).toMatchObject({ data: { ticker: { last: 65000.12 } }, errors: [] });
    const operation = subscribe(tickerUpdated);
    let last = 65001;
    await eventually(() => {
      // A poll may bring one before the stream does.
      if (venue.subscriptions.length > 0) venue.setTicker('BTC/USDT', { last: String(last++) });
      return operation.results.some(({ data }) => data?.tickerUpdated.source === 'STREAM');
    });
  }

  test.each([
    ['httpProxy', 'http', null, startTinyproxy],
    ['http_proxy', 'http', login, startTinyproxy],
    ['httpsProxy', 'http', login, startTinyproxy],
    ['https_proxy', 'http', null, startTinyproxy],
    ['socksProxy', 'socks5', null, startMicrosocks],
    ['socksProxy', 'socks5h', odd, startMicrosocks],
    ['socks_proxy', 'socks', login, startMicrosocks],
  ])(
    '%s alone, a URL with %s and the login %j, is used for requests and streams',
    async (option, scheme, user, run) => {
      const proxy = await start(run(user));
      const address = `${scheme}://${user ? `${toLogin(user)}@` : ''}127.0.0.1:${proxy.port}`;
      const running = await serve(() => ({ [option]: address }));
      await useBoth(running);
      expect(comersTo(running)).toEqual({ requests: [proxy.address], streams: [proxy.address] });
      // The proxy looks the name up.
      expect(new Set(proxy.targets)).toEqual(new Set([`localhost:${running.front.port}`]));
      expect(running.front.received).not.toMatch(/proxy-/i);
    },
  );

  test('a proxy with TLS is used for both', async () => {
    const proxy = await start(startTinyproxy(login));
    const secure = await start(createTlsFront(proxy.port, certificate));
    const running = await serve(() => ({
      httpsProxy: `https://${toLogin(login)}@localhost:${secure.port}`,
    }));
    await useBoth(running);
    expect(comersTo(running)).toEqual({ requests: [proxy.address], streams: [proxy.address] });
    expect(secure.asked.length).toBe(proxy.targets.length);
  });

  test('a SOCKS 4 proxy is used for both', async () => {
    const proxy = await start(startDante());
    const running = await serve(() => ({ socksProxy: `socks4://me@127.0.0.1:${proxy.port}` }));
    await useBoth(running);
    expect(comersTo(running)).toEqual({ requests: [proxy.address], streams: [proxy.address] });
    expect(new Set(proxy.targets)).toEqual(new Set([`127.0.0.1.${running.front.port}`]));
  });

  test.each([
    ['wsProxy', 'http', startTinyproxy],
    ['wss_proxy', 'http', startTinyproxy],
    ['wsSocksProxy', 'socks5', startMicrosocks],
  ])('%s is used for streams, and requests are direct', async (option, scheme, run) => {
    const proxy = await start(run());
    const running = await serve(() => ({ [option]: `${scheme}://127.0.0.1:${proxy.port}` }));
    await useBoth(running);
    expect(comersTo(running)).toEqual({ requests: ['127.0.0.1'], streams: [proxy.address] });
  });

  test.each(['wssProxy', 'ws_socks_proxy'])(
    '%s is used for streams if another proxy is used for requests',
    async (option) => {
      const [http, socks] = await Promise.all([start(startTinyproxy()), start(startMicrosocks())]);
      const forHttp = `http://127.0.0.1:${http.port}`;
      const forSocks = `socks5://127.0.0.1:${socks.port}`;
      const isSocks = option.includes('socks');
      const options = isSocks
        ? { httpProxy: forHttp, [option]: forSocks }
        : { socksProxy: forSocks, [option]: forHttp };
      const running = await serve(() => options);
      await useBoth(running);
      const [requests, streams] = isSocks ? [http, socks] : [socks, http];
      expect(comersTo(running)).toEqual({ requests: [requests.address], streams: [streams.address] });
    },
  );

  test('proxyUrl is used for requests with its login; nothing is streamed, and the log reports that', async () => {
    const relay = await start(createRelay(certificate));
    const running = await serve(() => ({
      proxyUrl: `http://${toLogin(odd)}@127.0.0.1:${relay.port}/relay/`,
    }));
    running.venue.setTicker('BTC/USDT', { last: '65000.12' });
    expect((await running.query(ticker)).data).toEqual({ ticker: { last: 65000.12 } });
    const operation = running.subscribe(tickerUpdated);
    await operation.until(1);
    running.venue.setTicker('BTC/USDT', { last: '65001.5' });
    await operation.until(2);
    expect(operation.results.at(-1)?.data).toEqual({ tickerUpdated: { last: 65001.5, source: 'POLL' } });
    expect(comersTo(running)).toEqual({ requests: ['127.0.0.5'], streams: [] });
    const basic = Buffer.from(`${odd.user}:${odd.password}`).toString('base64');
    expect(relay.asked[0]).toContain(`Basic ${basic} https://localhost:${running.front.port}/`);
    expect(running.output).toContain('proxyUrl of binance carries only requests, so its subscriptions are polled');
    expect(running.output).not.toContain(basic);
    // No stream was tried either.
    expect(running.output).not.toContain('cannot carry streams');
  });

  test('proxy_url is used for requests, and wsProxy for streams', async () => {
    const relay = await start(createRelay(certificate));
    const proxy = await start(startTinyproxy());
    const running = await serve(() => ({
      proxy_url: `http://127.0.0.1:${relay.port}/relay/`,
      wsProxy: `http://127.0.0.1:${proxy.port}`,
    }));
    await useBoth(running);
    expect(comersTo(running)).toEqual({ requests: ['127.0.0.5'], streams: [proxy.address] });
  });

  test.each([
    [
      'is down',
      async () => `http://${toLogin(login)}@127.0.0.1:${await findFreePort()}`,
      /cannot be reached .*ECONNREFUSED/,
    ],
    [
      'refuses the login',
      async () => `http://someone:${login.password}@127.0.0.1:${(await start(startTinyproxy(login))).port}`,
      /requires a username and password, or rejected those in its address \(HTTP 401\)/,
    ],
    [
      'wants a login',
      async () => `http://127.0.0.1:${(await start(startTinyproxy(login))).port}`,
      /requires a username and password, or rejected those in its address \(HTTP 407\)/,
    ],
    [
      'refuses the login by SOCKS',
      async () => `socks5://someone:${login.password}@127.0.0.1:${(await start(startMicrosocks(login))).port}`,
      /did not connect to localhost:\d+: .*uthentication/,
    ],
  ])('if the proxy %s, no connection bypasses it, and the log names it', async (_what, toAddress, reason) => {
    const address = await toAddress();
    const option = address.startsWith('socks') ? 'socksProxy' : 'httpProxy';
    const running = await serve(() => ({ [option]: address }));
    const { data, errors } = await running.query(ticker);
    expect(data).toEqual({ ticker: null });
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('binance could not be reached through its proxy'),
      extensions: { code: 'EXCHANGE_UNAVAILABLE', retryable: true },
    });
    expect(errors[0]?.message).not.toMatch(/127\.0\.0\.1|some/);
    const operation = running.subscribe(tickerUpdated);
    await operation.until(1);
    expect(operation.results[0]?.errors?.[0]).toMatchObject({ extensions: { code: 'EXCHANGE_UNAVAILABLE' } });
    expect(await running.stop()).toBe(0);
    expect(comersTo(running)).toEqual({ requests: [], streams: [] });
    const line = running.output.split('\n').find((text) => text.includes('Calls to binance fail'));
    expect(line).toMatch(reason);
    const { protocol, host } = new URL(address);
    expect(line).toContain(`The proxy ${protocol}//${host} (${option})`);
    expect(running.output).not.toContain(login.password);
    expect(running.output).not.toContain(Buffer.from(`someone:${login.password}`).toString('base64'));
  });

  test('if only the proxy for streams is down, subscriptions are polled, and the log names it', async () => {
    const port = await findFreePort();
    const running = await serve(() => ({ wsProxy: `http://${toLogin(login)}@127.0.0.1:${port}` }));
    running.venue.setTicker('BTC/USDT', { last: '1' });
    const operation = running.subscribe(tickerUpdated);
    await operation.until(1);
    running.venue.setTicker('BTC/USDT', { last: '2' });
    await operation.until(2);
    expect(operation.results.at(-1)?.data).toEqual({ tickerUpdated: { last: 2, source: 'POLL' } });
    const line = `Streams of binance fail; it is polled instead. The proxy http://127.0.0.1:${port} (wsProxy) cannot be reached`;
    await eventually(() => running.output.includes(line));
    expect(comersTo(running)).toEqual({ requests: ['127.0.0.1'], streams: [] });
    expect(running.output).not.toContain(login.password);
  });

  test('proxy variables of the environment are ignored', async () => {
    const dead = `http://127.0.0.1:${await findFreePort()}`;
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'WS_PROXY', 'WSS_PROXY'];
    const env = Object.fromEntries(names.flatMap((name) => [name, name.toLowerCase()]).map((name) => [name, dead]));
    const running = await serve(() => ({}), env);
    await useBoth(running);
    expect(comersTo(running)).toEqual({ requests: ['127.0.0.1'], streams: ['127.0.0.1'] });
  });

  test('an untrusted certificate is refused behind a proxy too', async () => {
    const proxy = await start(startTinyproxy());
    const running = await serve(() => ({ httpProxy: `http://127.0.0.1:${proxy.port}` }), {
      NODE_EXTRA_CA_CERTS: '',
    });
    expect((await running.query(ticker)).data).toEqual({ ticker: null });
    expect(proxy.targets.length).toBeGreaterThan(0);
    expect(running.front.received).toBe('');
  });
});
